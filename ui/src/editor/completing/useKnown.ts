import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";

import { documentSchemaQuery } from "@/api/editing";
import { scenariosQuery } from "@/api/scenarios";
import { toolServersQuery, toolsQuery } from "@/api/tools";
import type { Known } from "./shapes";

/** What completion knows beside the document; what does not come is missing there, and nothing else. */
export function useKnown(): Known {
  const { data: schema } = useQuery(documentSchemaQuery());
  const { data: tools } = useQuery(toolsQuery());
  const { data: servers } = useQuery({ ...toolServersQuery(), refetchInterval: false });
  const { data: scenarios } = useQuery(scenariosQuery());
  return useMemo(
    () => ({
      schema: schema ?? null,
      tools: tools?.tools ?? [],
      servers: servers?.map(({ name }) => name) ?? [],
      scenarios: scenarios ?? [],
    }),
    [schema, tools, servers, scenarios],
  );
}
