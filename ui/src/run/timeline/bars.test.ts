import { expect, test } from "vitest";

import { BEGIN, execution, moment } from "@/run/testing";
import { barsOf } from "./bars";

const error = { code: "ToolError", message: "no", step: "a", attempt: 1, data: null };
const failed = { attempt: 1, started_at: moment(0), finished_at: moment(10), error, interrupted: false, delay: 2 };
const second = { ...failed, attempt: 2, started_at: moment(2010), finished_at: null, error: null, delay: null };

const spans = (bars: ReturnType<typeof barsOf>) => bars.map(({ kind, from, to }) => [kind, from - BEGIN, to - BEGIN]);

test("an attempt that failed keeps its colour when the step succeeds later", () => {
  const step = execution("a", "success", [0, 3000], { attempts: [failed, { ...second, finished_at: moment(3000) }] });
  expect(barsOf(step, BEGIN + 9000).map(({ kind, status }) => [kind, status])).toEqual([
    ["attempt", "failed"],
    ["pause", "waiting"],
    ["attempt", "success"],
  ]);
});

test("the next attempt is not drawn before it begins, and the pause lasts until now", () => {
  const step = execution("a", "running", [0, null], { attempts: [failed, second] });
  expect(spans(barsOf(step, BEGIN + 1000))).toEqual([
    ["attempt", 0, 10],
    ["pause", 10, 1000],
  ]);
});

test("what runs lasts until now", () => {
  expect(spans(barsOf(execution("a", "running"), BEGIN + 500))).toEqual([["attempt", 0, 500]]);
});

test("a wait lies upon its attempt and goes on until it is over", () => {
  const wait = { seq: 3, since: moment(100), until: null, ended_at: null, waits_for: { kind: "approval" } };
  const step = execution("ask", "waiting", [0, null], { waits: [wait], waiting: wait });
  expect(spans(barsOf(step, BEGIN + 700))).toEqual([
    ["attempt", 0, 700],
    ["wait", 100, 700],
  ]);
});
