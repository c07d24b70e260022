import { describe, expect, test } from "vitest";

import { everyStep } from "./examples";
import { type ListOutline, outlineOf } from "./outline";

const described = (list: ListOutline): unknown =>
  list.steps.map((step) => [step.id, ...step.lists.map((inner) => [inner.label, described(inner)])]);

describe("a document with every step type", () => {
  const outline = outlineOf(everyStep);

  test("keeps the order and the nesting", () => {
    expect(described(outline.main)).toEqual([
      ["search"],
      ["all", ["", [["one"]]]],
      ["both", ["left", [["pause"]]], ["right", [["moment"]]]],
      ["each", ["", [["fetch"]]]],
      ["poll", ["", [["look"]]]],
      ["which", ["vars.limit > `2`", [["many"]]], ["default", [["few"]]]],
      ["child"],
      ["ask"],
      [
        "guarded",
        ["try", [["risky"]]],
        ["catch ToolError", [["caught"]]],
        ["catch any error", [["rest"]]],
        ["finally", [["clean"]]],
      ],
      ["leave"],
    ]);
    expect(described(outline.onError as ListOutline)).toEqual([["tell"]]);
  });

  test("says what each step calls or goes over", () => {
    const calls = Object.fromEntries([...outline.steps].map(([id, step]) => [id, step.calls]));
    expect(calls).toMatchObject({
      search: "news / search",
      each: "id of input.ids",
      poll: "until steps.look.output.done, at most 5 times",
      child: "other",
      ask: "by editor",
      pause: "for 1s",
      moment: "until 2030-01-01T00:00:00Z",
      rest: "Own",
    });
  });

  test("knows where each step stands, and the block around it", () => {
    expect(outline.steps.get("rest")?.pointer).toBe("/steps/8/catch/1/steps/0");
    expect(outline.parents.get("rest")).toBe("guarded");
    expect(outline.parents.get("guarded/catch/1/steps")).toBe("guarded");
    expect(outline.parents.get("search")).toBeNull();
    expect(outline.steps.get("tell")?.pointer).toBe("/on_error/0");
  });
});

describe("a document that is still being written", () => {
  test.each([
    ["nothing", undefined],
    ["null", null],
    ["a text", "steps"],
    ["a list", [1, 2]],
    ["steps that are no list", { steps: { a: 1 } }],
    ["branches that are a list", { steps: [{ name: "a", type: "parallel", branches: [1] }] }],
    ["cases that are a text", { steps: [{ name: "a", type: "switch", cases: "x", default: 5 }] }],
    ["a try without anything", { steps: [{ name: "a", type: "try" }] }],
    ["a catch of numbers", { steps: [{ type: "try", steps: [null], catch: [4, { errors: 1, steps: [[]] }] }] }],
  ])("is read as far as it goes: %s", (_, document) => {
    expect(() => outlineOf(document)).not.toThrow();
  });

  test("shows steps without a name, without a type, and of a type that does not exist", () => {
    const { main } = outlineOf({ steps: [{}, { name: "b" }, { name: "c", type: "toool" }, "d"] });
    expect(main.steps.map(({ id, name, kind, calls }) => [id, name, kind, calls])).toEqual([
      ["/steps/0", "(no name)", "unknown", ""],
      ["b", "b", "unknown", ""],
      ["c", "c", "unknown", "toool"],
      ["/steps/3", "(no name)", "unknown", ""],
    ]);
  });

  test("gives two steps with one name two ids, the first one its name", () => {
    const { steps } = outlineOf({
      steps: [{ name: "a" }, { name: "a" }, { type: "sequence", name: "a", steps: [{ name: "a" }] }],
    });
    expect([...steps.keys()]).toEqual(["a", "a#2", "a#3", "a#4"]);
  });

  test("does not fall over a nesting of thousands", () => {
    let document: unknown = { name: "leaf", type: "transform" };
    for (let depth = 0; depth < 5000; depth++) document = { name: `s${depth}`, type: "sequence", steps: [document] };
    expect(outlineOf({ steps: [document] }).steps.size).toBe(33);
  });
});
