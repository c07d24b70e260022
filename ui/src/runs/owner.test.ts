import { expect, test } from "vitest";

import { ownerName, tellsOwner } from "./owner";

test("an owner is named without the kind that everybody knows", () => {
  expect(ownerName("key:ci")).toBe("ci");
  expect(ownerName("user:a:b")).toBe("a:b");
  expect(ownerName("schedule:nightly")).toBe("schedule nightly");
  expect(ownerName("hook:push")).toBe("hook push");
  expect(ownerName("local")).toBe("local");
});

test("nobody is named where nobody is asked who they are", () => {
  expect(["", "local", "key:ci"].map(tellsOwner)).toEqual([false, false, true]);
});
