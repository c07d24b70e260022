import { expect, test } from "vitest";

import { documentOf, draftOf } from "./draft";

const empty = { name: "", cron: "", enabled: true, priority: 0, input: "" };
const defaults = { enabled: true, priority: 0 };

test("what a form shows and nobody changes makes the same document again", () => {
  const document = {
    schema_version: "1",
    name: "nightly",
    cron: "30 2 * * *",
    enabled: false,
    input: { days: 1 },
    "x-team": "news",
  };
  expect(documentOf(draftOf(document, empty), defaults, document)).toEqual(document);
});

test("fields that say what holds anyway are left out", () => {
  expect(documentOf({ ...empty, name: "nightly" }, defaults, null)).toEqual({ schema_version: "1", name: "nightly" });
});

test("an emptied field is taken out of the document", () => {
  const document = { schema_version: "1", name: "nightly", cron: "* * * * *", input: {} };
  const draft = { ...draftOf(document, empty), cron: "", input: "" };
  expect(documentOf(draft, defaults, document)).toEqual({ schema_version: "1", name: "nightly" });
});

test("an input that is not JSON is refused before anything is sent", () => {
  expect(() => documentOf({ ...empty, input: "{" }, defaults, null)).toThrow(SyntaxError);
});
