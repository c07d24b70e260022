import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";

import { answer, api, type Schema } from "./client";
import type { paths } from "./schema";

export type RunRow = Schema<"RunRow">;
export type RunStatus = Schema<"RunStatus">;
export type StepStatus = Schema<"StepStatus">;
export type Run = Schema<"ScenarioRunResponse">;
export type StepDetail = Schema<"StepDetail">;
export type RunFilter = Omit<NonNullable<paths["/api/runs"]["get"]["parameters"]["query"]>, "cursor" | "limit">;

/** Every key of run queries begins with "runs", so that one invalidation reaches them all. */
export const runKeys = {
  all: ["runs"] as const,
  lists: ["runs", "list"] as const,
  one: (runId: string) => ["runs", "one", runId] as const,
};

/** The newest runs that fit, one page. */
export const runsQuery = (filter: RunFilter, limit = 20) =>
  queryOptions({
    queryKey: [...runKeys.lists, filter, limit],
    queryFn: ({ signal }) => answer(api.GET("/api/runs", { params: { query: { ...filter, limit } }, signal })),
  });

/** All runs that fit, page after page. */
export const runPagesQuery = (filter: RunFilter, limit = 50) =>
  infiniteQueryOptions({
    queryKey: [...runKeys.lists, "pages", filter, limit],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) =>
      answer(api.GET("/api/runs", { params: { query: { ...filter, limit, cursor: pageParam ?? null } }, signal })),
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });

/** The snapshot of one run. */
export const runQuery = (runId: string) =>
  queryOptions({
    queryKey: runKeys.one(runId),
    queryFn: ({ signal }) => answer(api.GET("/api/runs/{run_id}", { params: { path: { run_id: runId } }, signal })),
  });

/** Input, output, attempts and log lines of one execution of a step. */
export const stepQuery = (runId: string, stepPath: string) =>
  queryOptions({
    queryKey: [...runKeys.one(runId), "step", stepPath],
    queryFn: ({ signal }) =>
      answer(
        api.GET("/api/runs/{run_id}/steps/{step_path}", {
          params: { path: { run_id: runId, step_path: stepPath } },
          signal,
        }),
      ),
  });

/** The document that a run executes, whatever the catalog has now. */
export const runScenarioQuery = (runId: string) =>
  queryOptions({
    queryKey: [...runKeys.one(runId), "scenario"],
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: ({ signal }) =>
      answer(api.GET("/api/runs/{run_id}/scenario", { params: { path: { run_id: runId } }, signal })),
  });

/** Which step of that document uses what of which other one. */
export const runReferencesQuery = (runId: string, document: Record<string, unknown>) =>
  queryOptions({
    queryKey: [...runKeys.one(runId), "references"],
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: async ({ signal }) => {
      const checked = await answer(api.POST("/api/scenarios/validate", { body: { document, syntax: "json" }, signal }));
      return checked.references.flatMap(({ to_step, ...more }) => (to_step === null ? [] : [{ ...more, to_step }]));
    },
  });
