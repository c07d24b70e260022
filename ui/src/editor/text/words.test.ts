import { readFileSync } from "node:fs";

import { expect, test } from "vitest";

import { ERROR_CODES, FUNCTIONS } from "./words";

const page = (name: string): string => readFileSync(new URL(`../../../../docs/${name}`, import.meta.url), "utf8");

test("the functions are those of the documentation", () => {
  const documented = [...page("expressions.md").matchAll(/^\| `([a-z_]+)\(/gm)].map((found) => found[1]);
  expect(FUNCTIONS.map(({ call }) => call.split("(")[0]).sort()).toEqual(documented.sort());
});

test("the error codes are those of the documentation that can be caught", () => {
  const section = page("language.md").split("## Error codes")[1]?.split("\n## ")[0] ?? "";
  const documented = [...section.matchAll(/^\| `([A-Za-z]+)` \|/gm)].map((found) => found[1] ?? "");
  const caught = documented.filter((code) => !["LimitExceeded", "Cancelled", "Internal"].includes(code));
  expect([...ERROR_CODES].sort()).toEqual(["*", ...caught].sort());
});
