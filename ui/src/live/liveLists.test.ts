import { QueryClient, QueryObserver } from "@tanstack/react-query";
import { beforeEach, expect, test } from "vitest";

import type { Schema } from "@/api/client";
import { runKeys, runPagesQuery, runQuery, runsQuery } from "@/api/runs";
import { LiveLists } from "./liveLists";
import { TestBrowser } from "./testBrowser";

let browser: TestBrowser;
let cache: QueryClient;
let lists: LiveLists;
let visible: boolean;

beforeEach(() => {
  browser = new TestBrowser();
  cache = new QueryClient();
  visible = true;
  lists = new LiveLists(cache, () => visible, browser.after);
});

const row = (run_id: string, more: Partial<Schema<"RunRow">> = {}): Schema<"RunRow"> => ({
  run_id,
  scenario_id: "s",
  status: "running",
  message: "",
  started_at: "2026-01-01T00:00:00.000+00:00",
  finished_at: null,
  revision: "1",
  parent_run_id: null,
  owner: "local",
  priority: 0,
  forked_from: null,
  error_code: null,
  ...more,
});

const changed = (run_id: string, more: Partial<Schema<"RunStatusEvent">> = {}): Schema<"RunStatusEvent"> => {
  const { revision, forked_from, ...fields } = row(run_id, { status: "success" });
  return { type: "run_status", last_seq: 5, ...fields, ...more };
};

/** The keys of the lists that are to be fetched again. */
const stale = () =>
  cache
    .getQueryCache()
    .findAll({ queryKey: runKeys.all, predicate: (query) => query.state.isInvalidated })
    .map((query) => JSON.stringify(query.queryKey));

const keyOf = ({ queryKey }: { queryKey: readonly unknown[] }) => JSON.stringify(queryKey);

test("a row that is listed changes in place, on a page and on many, without a question to the service", () => {
  const page = runsQuery({ scenario_id: "s" });
  const pages = runPagesQuery({});
  cache.setQueryData(page.queryKey, { runs: [row("a"), row("b")], next_cursor: null });
  cache.setQueryData(pages.queryKey, {
    pages: [
      { runs: [row("b")], next_cursor: "1" },
      { runs: [row("a")], next_cursor: null },
    ],
    pageParams: [undefined, "1"],
  });
  const untouched = cache.getQueryData(pages.queryKey)?.pages[0];
  lists.news([changed("a", { message: "Done.", error_code: "ToolError" })]);
  expect(cache.getQueryData(page.queryKey)?.runs).toMatchObject([
    { status: "success", message: "Done.", error_code: "ToolError" },
    { status: "running" },
  ]);
  expect(cache.getQueryData(pages.queryKey)?.pages[1]?.runs).toMatchObject([{ run_id: "a", status: "success" }]);
  expect(cache.getQueryData(pages.queryKey)?.pages[0]).toBe(untouched);
  expect(stale()).toEqual([]);
});

test("a list that lacks the run, or that depends on its status, is fetched again", () => {
  const [all, failed, other] = [runsQuery({}), runsQuery({ status: ["failed"] }), runsQuery({ scenario_id: "other" })];
  const code = runsQuery({ error_code: ["ToolError"] });
  cache.setQueryData(all.queryKey, { runs: [row("a")], next_cursor: null });
  cache.setQueryData(failed.queryKey, { runs: [row("a")], next_cursor: null });
  cache.setQueryData(other.queryKey, { runs: [], next_cursor: null });
  cache.setQueryData(code.queryKey, { runs: [row("a")], next_cursor: null });
  lists.news([changed("a")]);
  expect(stale()).toEqual([keyOf(failed), keyOf(other), keyOf(code)]);
});

test("a run that has ended does not run again because of old news", () => {
  const all = runsQuery({});
  cache.setQueryData(all.queryKey, { runs: [row("a", { status: "failed" })], next_cursor: null });
  lists.news([changed("a", { status: "running" })]);
  expect(cache.getQueryData(all.queryKey)?.runs[0]?.status).toBe("failed");
});

test("the snapshots of the run and of its parent are fetched again, and no other", () => {
  for (const runId of ["a", "parent", "other"]) cache.setQueryData<unknown>(runQuery(runId).queryKey, {});
  lists.news([changed("a", { parent_run_id: "parent" })]);
  expect(stale()).toEqual([keyOf(runQuery("a")), keyOf(runQuery("parent"))]);
});

test("however much happens, a list is fetched once a second", async () => {
  let fetched = 0;
  const all = runsQuery({});
  cache.setQueryData(all.queryKey, { runs: [], next_cursor: null });
  const queryFn = () => ({ runs: [], next_cursor: `${++fetched}` });
  const leave = new QueryObserver(cache, { ...all, queryFn, staleTime: Number.POSITIVE_INFINITY }).subscribe(
    () => undefined,
  );
  for (let passed = 0; passed < 3_000; passed += 50) {
    lists.news([changed(`run-${passed}`)]);
    browser.pass(50);
    await cache.getQueryCache().find(all)?.promise;
  }
  leave();
  expect(fetched).toBeLessThanOrEqual(4);
  expect(fetched).toBeGreaterThanOrEqual(3);
});

test("after a break everything about runs is fetched again, and while nobody looks only marked", () => {
  cache.setQueryData(runsQuery({}).queryKey, { runs: [], next_cursor: null });
  cache.setQueryData<unknown>(runQuery("a").queryKey, {});
  cache.setQueryData<unknown>(["tools"], {});
  visible = false;
  lists.refetchAll();
  expect(stale()).toHaveLength(2);
  expect(cache.getQueryState(["tools"])?.isInvalidated).toBe(false);
  expect(cache.isFetching()).toBe(0);
});

test("a run that was removed lets all lists be fetched again", () => {
  const all = runsQuery({});
  cache.setQueryData(all.queryKey, { runs: [row("a")], next_cursor: null });
  lists.news([{ type: "run_deleted", run_id: "a" }]);
  expect(stale()).toEqual([keyOf(all)]);
});
