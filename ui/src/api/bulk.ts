import { answer, api, type Schema } from "./client";
import { deed } from "./deed";
import type { RunFilter } from "./runs";

export type BulkAction = Schema<"BulkAction">;
export type BulkResult = Schema<"BulkResponse">;
export type BulkFailure = Schema<"BulkFailure">;

/** With at most so many runs an action is done at once. */
export const BULK_LIMIT = 1000;

interface Wish {
  action: BulkAction;
  filter: RunFilter;
  latest: boolean;
  dryRun: boolean;
}

/** Does something with every run that the filter finds, or says with which it would. */
export const bulkRuns = deed("runs:write", ({ action, filter, latest, dryRun }: Wish): Promise<BulkResult> => {
  const status = filter.status as Schema<"BulkFilter">["status"];
  const everything = Object.values(filter).every((value) => value === undefined || value === null);
  return answer(
    api.POST("/api/runs/bulk", {
      body: { action, filter: { ...filter, status }, all: everything, limit: BULK_LIMIT, latest, dry_run: dryRun },
    }),
  );
});
