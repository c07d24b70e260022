import { expect, test } from "vitest";

import { foldedStore } from "@/live/folded";
import { finished, journal, started } from "@/live/testing";
import type { RunView } from "@/live/types";
import { align, grouped, isReused, isShown, took } from "./align";

type Ending = Parameters<typeof finished>[1];

/** The steps of a run that did these, one after the other. */
const steps = (...did: (string | [string, Ending])[]) =>
  foldedStore(
    journal(
      ...did.flatMap((one) => {
        const [path, ending] = typeof one === "string" ? [one, {}] : one;
        return [started(path), finished(path, ending)];
      }),
    ),
  ).steps();

const changes = (...pairs: Parameters<typeof align>) => align(...pairs).map(({ path, change }) => [path, change]);

test("what only the second run did comes after what it did before", () => {
  expect(changes(steps("a", "b", "d"), steps("first", "a", "c1", "c2", "d"))).toEqual([
    ["first", "only b"],
    ["a", "same"],
    ["c1", "only b"],
    ["c2", "only b"],
    ["b", "only a"],
    ["d", "same"],
  ]);
});

test("a step differs when it ended otherwise, gave something else, or took more attempts", () => {
  const a = steps(["out", { output: { n: 1 } }], ["end", {}], ["like", { output: [1] }]);
  const b = steps(["out", { output: { n: 2 } }], ["end", { status: "failed" }], ["like", { output: [1] }]);
  expect(changes(a, b)).toEqual([
    ["out", "changed"],
    ["end", "changed"],
    ["like", "same"],
  ]);
});

test("a thousand iterations are one entry, where the first of them was", () => {
  const rounds = Array.from({ length: 1000 }, (_, index) => [`each[${index}].read`, `each[${index}].keep`]).flat();
  const entries = grouped(
    align(steps("before", "each", ...rounds, "after"), steps("before", "each", ...rounds, "after")),
  );
  expect(entries.map((entry) => ("owner" in entry ? entry.owner : entry.path))).toEqual([
    "before",
    "each",
    "each",
    "after",
  ]);
  const block = entries[2];
  expect(block && "owner" in block && [block.count, block.pairs.length]).toEqual([1000, 2000]);
});

test("iterations within iterations belong to the outer ones", () => {
  const entries = grouped(align(steps("a[0].b[1].c", "a[1].b[0].c"), []));
  expect(entries).toHaveLength(1);
  expect(entries[0]).toMatchObject({ owner: "a", count: 2 });
});

test("what is only in one run differs, too", () => {
  const [only, same] = align(steps("x", "y"), steps("y"));
  expect([only, same].map((pair) => pair && isShown(pair, "changed"))).toEqual([true, false]);
  expect(only && isShown(only, "only")).toBe(true);
});

test("a fork took over what had ended before it began", () => {
  const [step] = steps("a");
  const run = (forked: boolean, started_at: string) =>
    ({ started_at, forked_from: forked ? { run_id: "r", from_step: null } : null }) as RunView;
  expect(step && isReused(run(true, "2026-01-02T00:00:00Z"), step)).toBe(true);
  expect(step && isReused(run(false, "2026-01-02T00:00:00Z"), step)).toBe(false);
  expect(step && isReused(run(true, "2026-01-01T00:00:00Z"), step)).toBe(false);
});

test("what has not ended has no duration", () => {
  const [step] = foldedStore(journal(started("a"))).steps();
  expect(step && took(step)).toBeNull();
  expect(took(null)).toBeNull();
});
