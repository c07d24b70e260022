import { expect, test } from "vitest";

import { local, moment, rangeOf, runFilter } from "./filter";

const NOW = Date.parse("2026-04-24T12:00:42.500Z");

test("a range moves with the clock, a whole minute at a time", () => {
  expect(moment("24h", NOW)).toBe("2026-04-23T12:00:00.000Z");
  expect(moment("7d", NOW)).toBe("2026-04-17T12:00:00.000Z");
});

test("a moment that somebody typed wrong is left out", () => {
  expect(moment("yesterday", NOW)).toBeUndefined();
  expect(runFilter({ started_after: "24 h" }, NOW)).toEqual({});
});

test("only what is given is asked for", () => {
  expect(runFilter({ status: "failed", q: "  " }, NOW)).toEqual({ status: ["failed"] });
  expect(runFilter({ owner: "key:ci" }, NOW)).toEqual({ owner: "key:ci" });
});

test("codes that can be none are left out", () => {
  expect(runFilter({ error_code: "ToolError,news.no-Source_2" }, NOW)).toEqual({
    error_code: ["ToolError", "news.no-Source_2"],
  });
  expect(runFilter({ error_code: "Tool Error,,1" }, NOW)).toEqual({});
});

test("a moment of one's own is neither a range nor all time", () => {
  expect(rangeOf({})).toBe("");
  expect(rangeOf({ started_after: "24h" })).toBe("24h");
  expect(rangeOf({ started_after: "24h", started_before: "2026-04-24T00:00:00Z" })).toBe("own");
  expect(rangeOf({ started_before: "2026-04-24T00:00:00Z" })).toBe("own");
});

test("an input for moments shows the one that it wrote", () => {
  const shown = local("2026-04-24T10:30:00Z", NOW);
  expect(new Date(shown).getTime()).toBe(Date.parse("2026-04-24T10:30:00Z"));
});
