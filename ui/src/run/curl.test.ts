import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";

import { curlOfCall, curlOfRun } from "./curl";

/** What a shell makes of a command: its words, one a line. */
const words = (command: string): string[] =>
  execFileSync("sh", ["-c", `printf '%s\\n' ${command}`], { encoding: "utf8" })
    .trimEnd()
    .split("\n");

test("a shell reads an input with quotes, dollars and backticks as it was", () => {
  const input = { text: 'it\'s $HOME `id` \\ "x" !' };
  const body = words(curlOfRun("hello", input, "http://127.0.0.1:8080")).at(-1) ?? "";
  expect(JSON.parse(body)).toEqual({ scenario_id: "hello", input });
});

test("a call names its server and tool in the address", () => {
  expect(words(curlOfCall("a b", "x/y", null, "http://h"))).toContain("http://h/api/tools/a%20b/x%2Fy/call");
});
