import { expect, test } from "vitest";

import { nextPage } from "./next";

test.each([
  ["/runs?status=failed", "/runs?status=failed"],
  ["/scenarios/news/edit#x", "/scenarios/news/edit#x"],
  ["/", "/"],
  [undefined, "/"],
  ["", "/"],
  ["runs", "/"],
  ["//evil.example/runs", "/"],
  ["/\\evil.example", "/"],
  ["/\t/evil.example", "/"],
  ["/..//evil.example", "/"],
  ["https://evil.example/", "/"],
  ["javascript:alert(1)", "/"],
  [" /runs", "/"],
  ["/sign-in?next=/sign-in", "/"],
  ["/api/session/oidc", "/"],
])("after %j comes the page %s", (next, page) => {
  expect(nextPage(next)).toBe(page);
});
