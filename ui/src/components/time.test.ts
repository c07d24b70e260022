import { expect, test } from "vitest";

import { ago, between, duration } from "./time";

test.each([
  [0, "0 ms"],
  [-5, "0 ms"],
  [412.4, "412 ms"],
  [3_000, "3 s"],
  [3_240, "3.2 s"],
  [59_980, "1 min"],
  [250_000, "4 min 10 s"],
  [3_600_000, "1 h"],
  [7_500_000, "2 h 5 min"],
  [273_600_000, "3 d 4 h"],
])("%d ms reads as %s", (milliseconds, text) => {
  expect(duration(milliseconds)).toBe(text);
});

test("moments are told from now, in both directions", () => {
  const now = Date.parse("2026-04-24T12:00:00.000+00:00");
  expect(ago("2026-04-24T11:57:00.000+00:00", now)).toBe("3 min. ago");
  expect(ago("2026-04-24T14:00:00.000+00:00", now)).toBe("in 2 hr.");
  expect(ago("2026-04-24T11:59:30.000+00:00", now)).toBe("now");
});

test("what has not ended lasts until now", () => {
  const started = "2026-04-24T12:00:00.000+00:00";
  expect(between(started, "2026-04-24T12:00:02.500+00:00")).toBe(2500);
  expect(between(started, null, Date.parse(started) + 40)).toBe(40);
});
