import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";

import { curlOf } from "./curl";

test("a shell reads the request back as it was", () => {
  const request = { arguments: { text: `it's "$HOME" \`id\`\n!\\` } };
  const command = curlOf("http://127.0.0.1:8080", "my server", "a/b", request);
  const words = execFileSync("sh", [
    "-c",
    `for word in ${command.slice("curl ".length)}; do printf '%s\\0' "$word"; done`,
  ])
    .toString()
    .split("\0");
  expect(words.slice(0, -1)).toEqual([
    "http://127.0.0.1:8080/api/tools/my%20server/a%2Fb/call",
    "-H",
    "content-type: application/json",
    "-d",
    JSON.stringify(request),
  ]);
});
