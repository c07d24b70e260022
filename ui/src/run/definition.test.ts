import { expect, test } from "vitest";

import { definitionOf, toolOf, withoutSteps } from "./definition";

const step = (name: string, more: object = {}) => ({ name, type: "transform", ...more });
const document = {
  defaults: { server: "news" },
  steps: [
    { name: "search", type: "tool", tool: "search" },
    { name: "other", type: "tool", tool: "look", server: "web" },
    step("all", { type: "foreach", steps: [step("inner")] }),
    step("both", { type: "parallel", branches: { name: [step("left")], steps: [step("right")] } }),
    step("which", { type: "switch", cases: [{ when: "x", steps: [step("yes")] }], default: [step("no")] }),
    step("guard", {
      type: "try",
      steps: [step("risky")],
      catch: [{ steps: [step("caught")] }],
      finally: [step("end")],
    }),
    step("gives", { output: { name: "hidden", type: "transform" } }),
  ],
  on_error: [step("tell")],
};

test.each(["search", "inner", "left", "right", "yes", "no", "risky", "caught", "end", "tell"])(
  "the definition of %s is found",
  (name) => expect(definitionOf(document, name)?.name).toBe(name),
);

test("a value that looks like a step is none", () => {
  expect(definitionOf(document, "hidden")).toBeNull();
});

test("a tool is on its step's server, or on that of the document", () => {
  expect(toolOf(document, definitionOf(document, "search"))).toEqual({ server: "news", tool: "search" });
  expect(toolOf(document, definitionOf(document, "other"))).toEqual({ server: "web", tool: "look" });
  expect(toolOf({ steps: document.steps }, definitionOf(document, "search"))).toBeNull();
});

test("a block is shown without what lies in it", () => {
  expect(withoutSteps(definitionOf(document, "all") ?? {})).toEqual({ name: "all", type: "foreach" });
});
