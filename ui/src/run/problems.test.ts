import { expect, test } from "vitest";

import { ApiError } from "@/api/client";
import { problemAt, problemsUnder } from "./problems";

const refusal = new ApiError(422, "input.invalid", "no", {
  problems: [
    { pointer: "/data/section", message: "not one of them" },
    { pointer: "/by", message: "who?" },
    { pointer: "/database", message: "beside it" },
    "broken",
  ],
});

test("problems of a part are named by their places in it", () => {
  expect(problemsUnder(refusal, "/data")).toEqual([{ pointer: "/section", message: "not one of them" }]);
});

test("a field has its own sentence", () => {
  expect(problemAt(refusal, "/by")).toBe("who?");
  expect(problemAt(refusal, "/comment")).toBeNull();
});

test("an error without problems gives the same empty list every time", () => {
  expect(problemsUnder(new Error("x"), "/data")).toBe(problemsUnder(null, ""));
});
