import { queryOptions } from "@tanstack/react-query";

import { answer, answered, api, type Schema } from "./client";
import { deed } from "./deed";

export type ScheduleRow = Schema<"ScheduleRow">;
export type ScheduleDetail = Schema<"ScheduleDetail">;
export type HookRow = Schema<"HookRow">;
export type HookDetail = Schema<"HookDetail">;
export type TriggerDocument = Record<string, unknown>;

export const scheduleKeys = {
  all: ["schedules"] as const,
  one: (name: string) => ["schedules", "one", name] as const,
};
export const hookKeys = { all: ["hooks"] as const, one: (name: string) => ["hooks", "one", name] as const };

/** Every schedule, also broken ones; looked at again every half minute, for slots fire without a word. */
export const schedulesQuery = () =>
  queryOptions({
    queryKey: [...scheduleKeys.all, "list"],
    refetchInterval: 30_000,
    queryFn: ({ signal }) => answer(api.GET("/api/schedules", { signal })),
  });

/** One schedule with its document, its next and its last slots. */
export const scheduleQuery = (name: string) =>
  queryOptions({
    queryKey: scheduleKeys.one(name),
    refetchInterval: 15_000,
    queryFn: ({ signal }) => answer(api.GET("/api/schedules/{name}", { params: { path: { name } }, signal })),
  });

/** Every hook, also broken ones. */
export const hooksQuery = () =>
  queryOptions({
    queryKey: [...hookKeys.all, "list"],
    queryFn: ({ signal }) => answer(api.GET("/api/hooks", { signal })),
  });

/** One hook with its document. */
export const hookQuery = (name: string) =>
  queryOptions({
    queryKey: hookKeys.one(name),
    queryFn: ({ signal }) => answer(api.GET("/api/hooks/{name}", { params: { path: { name } }, signal })),
  });

/** The header that lets a save change only `revision`, or only make something new. */
const condition = (revision: string | null) =>
  revision === null ? { "if-none-match": "*" } : { "if-match": `"${revision}"` };

/** Save a schedule; `revision` is the one that it was made from, null for a new one. */
export const saveSchedule = deed("triggers:write", (name: string, document: TriggerDocument, revision: string | null) =>
  answer(api.PUT("/api/schedules/{name}", { params: { path: { name }, header: condition(revision) }, body: document })),
);

/** Save a hook; `revision` is the one that it was made from, null for a new one. */
export const saveHook = deed("triggers:write", (name: string, document: TriggerDocument, revision: string | null) =>
  answer(api.PUT("/api/hooks/{name}", { params: { path: { name }, header: condition(revision) }, body: document })),
);

/** Remove a saved schedule. */
export const deleteSchedule = deed("triggers:write", (name: string) =>
  answered(api.DELETE("/api/schedules/{name}", { params: { path: { name } } })),
);

/** Remove a saved hook. */
export const deleteHook = deed("triggers:write", (name: string) =>
  answered(api.DELETE("/api/hooks/{name}", { params: { path: { name } } })),
);

/** Pause a schedule. */
export const pauseSchedule = deed("triggers:operate", (name: string) =>
  answer(api.POST("/api/schedules/{name}/pause", { params: { path: { name } } })),
);

/** Let a schedule go on. */
export const resumeSchedule = deed("triggers:operate", (name: string) =>
  answer(api.POST("/api/schedules/{name}/resume", { params: { path: { name } } })),
);

/** A run of the schedule's scenario now, beside its slots. */
export const triggerSchedule = deed("triggers:operate", (name: string) =>
  answer(api.POST("/api/schedules/{name}/trigger", { params: { path: { name } } })),
);
