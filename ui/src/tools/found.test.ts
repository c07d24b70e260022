import { expect, test } from "vitest";

import type { ToolSummary } from "@/api/tools";
import { found } from "./found";
import { hintsOf } from "./hints";

const tool = (
  server: string,
  name: string,
  description = "",
  annotations: ToolSummary["annotations"] = null,
): ToolSummary => ({
  server,
  name,
  description,
  annotations,
  input_schema: {},
  output_schema: null,
  drift: null,
});

const tools = [
  tool("news", "search", "Finds articles."),
  tool("files", "remove", "Deletes a file."),
  tool("files", "read", "Reads a file.", { title: "Look inside" }),
];
const names = (search: string) => found(tools, search).map(({ name }) => name);

test("every word has to be found, wherever it stands", () => {
  expect(names("FILE dele")).toEqual(["remove"]);
  expect(names("files")).toEqual(["remove", "read"]);
  expect(names("inside")).toEqual(["read"]);
  expect(names("nothing")).toEqual([]);
  expect(names("  ")).toEqual(["search", "remove", "read"]);
});

test("hints are words only where the server gave them", () => {
  const words = (annotations: ToolSummary["annotations"]) => hintsOf(annotations).map(({ word }) => word);
  expect(words({ readOnlyHint: true, destructiveHint: false, openWorldHint: true })).toEqual([
    "read-only",
    "adds only",
    "open world",
  ]);
  expect(words({ readOnlyHint: "yes", idempotentHint: false })).toEqual([]);
  expect(words(null)).toEqual([]);
});
