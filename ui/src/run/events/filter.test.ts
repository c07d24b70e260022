import { expect, test } from "vitest";

import type { SeenEvent } from "@/live/types";
import { ALL, fittingEvents, momentOf } from "./filter";

const event = (seq: number, type: string, data: Record<string, unknown> = {}): SeenEvent => ({ seq, type, data });
const events = [
  event(1, "run_started", { started_at: "a" }),
  event(2, "step_started", { step_path: "all", started_at: "b" }),
  event(3, "step_started", { step_path: "all[0].Fetch", started_at: "c", input: "https://Example.org" }),
  event(4, "step_finished", { step_path: "all[0].Fetch", started_at: "c", finished_at: "d" }),
  event(5, "step_started", { step_path: "allow", started_at: "e" }),
];
const seqs = (filter: Partial<typeof ALL>) => fittingEvents(events, { ...ALL, ...filter }).map(({ seq }) => seq);

test("without a filter the list is the same object", () => {
  expect(fittingEvents(events, ALL)).toBe(events);
});

test("a step's events are its own and those inside, not those of a name that begins alike", () => {
  expect(seqs({ step: "all" })).toEqual([2, 3, 4]);
});

test("texts are found whatever the case, in any field", () => {
  expect(seqs({ text: " example.ORG " })).toEqual([3]);
});

test("conditions come together", () => {
  expect(seqs({ type: "step_started", text: "fetch" })).toEqual([3]);
});

test("an end is when it ended", () => {
  expect(events.map(momentOf)).toEqual(["a", "b", "c", "d", "e"]);
});
