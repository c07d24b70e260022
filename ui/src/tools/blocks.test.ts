import { expect, test } from "vitest";

import { blockOf } from "./blocks";

test("a text is a text, also where it looks like markup", () => {
  expect(blockOf({ type: "text", text: "<script>alert(1)</script>" })).toEqual({
    kind: "text",
    text: "<script>alert(1)</script>",
  });
});

test("a picture of pixels can be shown", () => {
  expect(blockOf({ type: "image", mimeType: "image/png", data: "aGk=" })).toEqual({
    kind: "image",
    source: "data:image/png;base64,aGk=",
    mime: "image/png",
    bytes: 3,
  });
});

test.each([
  ["an SVG", { type: "image", mimeType: "image/svg+xml", data: "aGk=" }],
  ["a page", { type: "image", mimeType: "text/html", data: "aGk=" }],
  ["what breaks out of base64", { type: "image", mimeType: "image/png", data: 'aGk="onload' }],
  ["what is too large", { type: "image", mimeType: "image/png", data: "a".repeat(5_000_001) }],
  ["a picture without data", { type: "image", mimeType: "image/png" }],
])("%s is withheld", (_name, block) => {
  expect(blockOf(block).kind).toBe("withheld");
});

test.each([
  ["https://example.org/a", "https://example.org/a"],
  ["javascript:alert(1)", null],
  ["JaVaScRiPt:alert(1)", null],
  ["data:text/html,x", null],
  ["file:///etc/passwd", null],
  ["not an address", null],
])("%s is followed only when it is of the web", (uri, href) => {
  expect(blockOf({ type: "resource_link", uri, name: "x" })).toEqual({ kind: "link", uri, href, name: "x" });
});

test.each([[null], [5], ["text"], [{}], [{ type: "text" }], [{ type: "new", of: "later" }]])(
  "%j is shown as it is",
  (value) => {
    expect(blockOf(value)).toEqual({ kind: "unknown", value });
  },
);

test("a resource with a text is that text", () => {
  expect(blockOf({ type: "resource", resource: { uri: "file:///a", text: "hi" } })).toEqual({
    kind: "text",
    text: "hi",
    about: "file:///a",
  });
});
