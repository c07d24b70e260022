import { expect, test } from "vitest";

import { ApiError } from "@/api/client";

import { problemsByField } from "./problemsByField";

const refused = (problems: unknown) => new ApiError(422, "trigger.invalid", "It has errors.", { problems });

test("a problem stands at the field that its pointer begins with", () => {
  const error = refused([{ pointer: "/cron", message: "Bad minute." }]);
  expect(problemsByField(error, ["cron"])).toEqual({ cron: "Bad minute." });
});

test("problems of one field are joined, and those of no field stand above", () => {
  const error = refused([
    { pointer: "/input/days", message: "Too many." },
    { pointer: "/input/to", message: "Missing." },
    { pointer: "/x", message: "Unknown key." },
  ]);
  expect(problemsByField(error, ["input"])).toEqual({ input: "Too many. Missing.", "": "Unknown key." });
});

test("what is no list of problems, and no answer of the service, names no field", () => {
  expect(problemsByField(refused("broken"), ["cron"])).toEqual({});
  expect(problemsByField(new Error("away"), ["cron"])).toEqual({});
});
