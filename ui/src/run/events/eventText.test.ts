import { expect, test } from "vitest";

import { sizeOf } from "@/run/size";
import { partsOf } from "./eventText";

const said = (type: string, data: Record<string, unknown>) =>
  partsOf({ seq: 1, type, data }).map(({ label, text }) => `${label} ${text}`.trim());

test("a step that begins shows its input", () => {
  expect(said("step_started", { input: { url: "x" } })).toEqual(['input {"url":"x"}']);
});

test("a step that failed shows its error in red and no output", () => {
  const data = { status: "failed", output: null, error: { code: "ToolError", message: "no\nway" } };
  expect(said("step_finished", data)).toEqual(["failed", "ToolError no way"]);
  expect(partsOf({ seq: 1, type: "step_finished", data }).map((part) => part.tone)).toEqual(["failed", "failed"]);
});

test("a value that was left out says how large it is", () => {
  expect(said("step_finished", { status: "success", output: null, omitted: { output: 1_234_567 } })).toEqual([
    "success",
    "output too large to be sent, 1.2 MB",
  ]);
});

test("a retry says when it comes and why", () => {
  expect(
    said("step_retrying", { attempt: 2, delay: 1.5, interrupted: false, error: { code: "ToolError", message: "no" } }),
  ).toEqual(["attempt 2 in 1.5 s", "ToolError no"]);
});

test("progress says how far and what", () => {
  expect(said("step_progress", { progress: 2, total: 4, message: "part 2" })).toEqual(["2 of 4: part 2"]);
  expect(said("step_progress", { progress: 2, total: null, message: "" })).toEqual(["2"]);
});

test("an event of a type that is not known yet is shown without words", () => {
  expect(said("step_dreaming", { x: 1 })).toEqual([]);
});

test("a long value is cut", () => {
  expect(said("step_log", { level: "info", data: "x".repeat(1000) })[0]?.length).toBeLessThan(420);
});

test("sizes are short", () => {
  expect([12, 70_000, 2_500_000].map(sizeOf)).toEqual(["12 B", "70 kB", "2.5 MB"]);
});
