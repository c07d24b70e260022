import type { InfiniteData, Query, QueryClient } from "@tanstack/react-query";

import type { Schema } from "@/api/client";
import { type RunRow, type RunStatus, runKeys } from "@/api/runs";
import type { News } from "./protocol";
import { type After, throttle } from "./throttle";

type RunList = Schema<"RunList">;
type Changed = Schema<"RunStatusEvent">;

const UPDATE = 200;
const REFETCH = 1_000;
const ENDED: readonly RunStatus[] = ["success", "failed", "cancelled"];

/** Keeps the cached lists of runs right: rows in place, and lists that may be others now are fetched again. */
export class LiveLists {
  readonly #update: () => void;
  readonly #refetch: () => void;
  #changed = new Map<string, Changed>();
  readonly #stale = new Set<string>();
  readonly #runs = new Set<string>();
  #all = false;

  constructor(
    private readonly cache: QueryClient,
    private readonly visible: () => boolean,
    after?: After,
  ) {
    this.#update = throttle(UPDATE, () => this.#updateRows(), after);
    this.#refetch = throttle(REFETCH, () => this.#invalidate(), after);
  }

  news(news: readonly News[]): void {
    for (const item of news) {
      this.#runs.add(item.run_id);
      if (item.type === "run_deleted") this.#staleWhere(() => true);
      else this.#changed.set(item.run_id, item);
      if (item.type === "run_status" && item.parent_run_id) this.#runs.add(item.parent_run_id);
    }
    this.#update();
  }

  /** Changes may have been missed. */
  refetchAll(): void {
    this.#all = true;
    this.#refetch();
  }

  #updateRows(): void {
    const changed = this.#changed;
    this.#changed = new Map();
    this.cache.setQueriesData<unknown>({ queryKey: runKeys.lists }, (data: unknown) => updated(data, changed));
    this.#staleWhere((query) => filtersByStatus(query) || !holds(query.state.data, changed));
    this.#refetch();
  }

  #staleWhere(holds: (query: Query) => boolean): void {
    for (const query of this.cache.getQueryCache().findAll({ queryKey: runKeys.lists, predicate: holds })) {
      this.#stale.add(query.queryHash);
    }
  }

  #invalidate(): void {
    // While nobody looks, they are only marked: react-query fetches them when the tab is seen again.
    const refetchType = this.visible() ? "active" : "none";
    const invalidate = (predicate: (query: Query) => boolean) =>
      void this.cache.invalidateQueries({ queryKey: runKeys.all, predicate, refetchType });
    const stale = new Set(this.#stale);
    const runs = new Set(this.#runs);
    if (this.#all) invalidate(() => true);
    else if (stale.size + runs.size > 0) {
      invalidate((query) => stale.has(query.queryHash) || isOfOneOf(runs, query));
    }
    this.#stale.clear();
    this.#runs.clear();
    this.#all = false;
  }
}

/** Whether the query is of what `runKeys.one` names, for one of these runs. */
const isOfOneOf = (runs: ReadonlySet<string>, { queryKey: [, kind, runId] }: Query): boolean =>
  kind === "one" && typeof runId === "string" && runs.has(runId);

/** Whether a run can come or go when its status changes, and with it the error that ended it. */
const filtersByStatus = ({ queryKey }: Query): boolean => queryKey.some((part) => has(part, "status", "error_code"));

const has = (part: unknown, ...names: readonly string[]): boolean =>
  typeof part === "object" &&
  part !== null &&
  Object.entries(part).some(([name, value]) => names.includes(name) && value);

function holds(data: unknown, changed: ReadonlyMap<string, Changed>): boolean {
  const listed = new Set(pagesOf(data).flatMap((page) => page.runs.map((row) => row.run_id)));
  return [...changed.keys()].every((runId) => listed.has(runId));
}

function updated(data: unknown, changed: ReadonlyMap<string, Changed>): unknown {
  if (isRunList(data)) return updatedPage(data, changed);
  if (!isInfinite(data)) return data;
  const pages = data.pages.map((page) => updatedPage(page, changed));
  return pages.some((page, index) => page !== data.pages[index]) ? { ...data, pages } : data;
}

function updatedPage(page: RunList, changed: ReadonlyMap<string, Changed>): RunList {
  const runs = page.runs.map((row) => updatedRow(row, changed.get(row.run_id)));
  return runs.some((row, index) => row !== page.runs[index]) ? { ...page, runs } : page;
}

function updatedRow(row: RunRow, changed: Changed | undefined): RunRow {
  if (changed === undefined) return row;
  const { status, message, finished_at, error_code } = changed;
  // A list that was fetched meanwhile may be ahead of what is said here; what has ended stays ended.
  if (ENDED.includes(row.status) && !ENDED.includes(status)) return row;
  if (row.status === status && row.message === message && row.finished_at === finished_at) return row;
  return { ...row, status, message, finished_at, error_code };
}

function pagesOf(data: unknown): readonly RunList[] {
  if (isRunList(data)) return [data];
  return isInfinite(data) ? data.pages : [];
}

const isRunList = (data: unknown): data is RunList =>
  typeof data === "object" && data !== null && "runs" in data && Array.isArray(data.runs);

const isInfinite = (data: unknown): data is InfiniteData<RunList> =>
  typeof data === "object" &&
  data !== null &&
  "pages" in data &&
  Array.isArray(data.pages) &&
  data.pages.every(isRunList);
