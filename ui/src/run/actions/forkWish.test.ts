import { expect, test } from "vitest";

import { forkWishOf } from "./forkWish";

test("a fork with nothing changed asks for nothing", () => {
  expect(forkWishOf({ from: null, revision: "same", input: { a: 1 }, was: { a: 1 } })).toEqual({});
});

test("a fork says what differs", () => {
  expect(forkWishOf({ from: "b", revision: "latest", input: { a: 2 }, was: { a: 1 } })).toEqual({
    from_step: "b",
    revision: "latest",
    input: { a: 2 },
  });
});

test("an input that cannot be changed here is taken over", () => {
  expect(forkWishOf({ from: null, revision: "same", input: null, was: null })).toEqual({});
});
