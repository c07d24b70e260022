import { expect, test } from "vitest";

import { repairOf } from "./repairs";

/** The text between `[` and `]` is marked; what comes out is the text after the repair, or null. */
function repaired(marked: string, message: string, hint: string): string | null {
  const from = marked.indexOf("⟦");
  const text = marked.replace("⟦", "").replace("⟧", "");
  const to = marked.indexOf("⟧") - 1;
  const problem = { code: "E1", severity: "error" as const, pointer: "", message, hint, line: 1, column: 1 };
  const repair = repairOf(text, { from, to, problem });
  return repair && text.slice(0, repair.from) + repair.insert + text.slice(repair.to);
}

test("the name that the message complains about is replaced, and nothing else of the value", () => {
  expect(repaired("url: ⟦serch.x + steps.serch.output⟧", "Unknown step 'serch'.", "Did you mean 'search'?")).toBe(
    "url: serch.x + steps.search.output",
  );
  const message = "'steps.a' has no 'outpt'; it has output, status, error.";
  expect(repaired("url: ⟦steps.a.outpt.x⟧", message, "Did you mean 'output'?")).toBe("url: steps.a.output.x");
  expect(repaired("url: ⟦steps.serch.output⟧", "Unknown step 'serch'.", "Did you mean 'search'?")).toBe(
    "url: steps.search.output",
  );
});

test("a key, a text in quotes and a function keep what is around them", () => {
  expect(repaired("⟦tol⟧: x", "Unknown key 'tol'.", "Did you mean 'tool'?")).toBe("tool: x");
  expect(repaired('"type": ⟦"tol"⟧', "Unknown step type 'tol'.", "Did you mean 'tool'?")).toBe('"type": "tool"');
  expect(repaired("when: ⟦lenght(input.x)⟧", "There is no function 'lenght()'. Did you mean 'length()'?", "")).toBe(
    "when: length(input.x)",
  );
});

test("a hint without a name offers nothing", () => {
  expect(repaired("⟦x⟧", "'x' is wrong.", "It takes: a, b.")).toBeNull();
});
