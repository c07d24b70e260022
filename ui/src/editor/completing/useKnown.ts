import { type QueryClient, useQuery, useQueryClient } from "@tanstack/react-query";
import { useMemo } from "react";

import { documentSchemaQuery } from "@/api/editing";
import { scenariosQuery } from "@/api/scenarios";
import { toolServersQuery, toolsQuery } from "@/api/tools";
import type { Knowledge } from "./completionSource";
import type { Known } from "./shapes";

/** What completion knows beside the document; what cannot be had is missing there, and nothing else. */
export function useKnown(): Knowledge {
  const cache = useQueryClient();
  const schema = useQuery(documentSchemaQuery());
  const tools = useQuery(toolsQuery());
  const servers = useQuery({ ...toolServersQuery(), refetchInterval: false });
  const scenarios = useQuery(scenariosQuery());
  const pending = [schema, tools, servers, scenarios].some((query) => query.isPending);
  return useMemo(() => ({ now: () => knownIn(cache), whole: pending ? () => asked(cache) : null }), [cache, pending]);
}

async function asked(cache: QueryClient): Promise<Known> {
  await Promise.allSettled([
    cache.ensureQueryData(documentSchemaQuery()),
    cache.ensureQueryData(toolsQuery()),
    cache.ensureQueryData(toolServersQuery()),
    cache.ensureQueryData(scenariosQuery()),
  ]);
  return knownIn(cache);
}

const knownIn = (cache: QueryClient): Known => ({
  schema: cache.getQueryData(documentSchemaQuery().queryKey) ?? null,
  tools: cache.getQueryData(toolsQuery().queryKey)?.tools ?? [],
  servers: cache.getQueryData(toolServersQuery().queryKey)?.map(({ name }) => name) ?? [],
  scenarios: cache.getQueryData(scenariosQuery().queryKey) ?? [],
});
