import { expect, test } from "vitest";

import { type DataEdge, dataLinesOf } from "./dataLines";
import { everyStep } from "./examples";
import { opened } from "./folds";
import { layoutOf } from "./layout";
import { outlineOf } from "./outline";

const outline = outlineOf(everyStep);
const edge = (from_step: string, to_step: string, expression = `steps.${from_step}.output`): DataEdge => ({
  from_step,
  to_step,
  pointer: "/input",
  expression,
});
const drawn = (edges: DataEdge[], folded: string[] = []) =>
  dataLinesOf(edges, outline, layoutOf(outline, { direction: "TB", live: true, folded: new Set(folded) }), "TB");

test("several expressions between two steps are one line that tells each once", () => {
  const [line, ...rest] = drawn([edge("search", "ask"), edge("search", "ask", "x"), edge("search", "ask", "x")]);
  expect(rest).toEqual([]);
  expect(line).toMatchObject({ from: "search", to: "ask", expressions: ["steps.search.output", "x"] });
});

test("a line to what is folded ends at the block, and one within it is not drawn", () => {
  const lines = drawn([edge("search", "rest"), edge("risky", "rest")], ["guarded"]);
  expect(lines.map(({ from, to }) => [from, to])).toEqual([["search", "guarded"]]);
});

test("names that are in no step are left out", () => {
  expect(drawn([edge("serch", "ask"), edge("search", "nowhere")])).toEqual([]);
});

test("a step that is selected elsewhere opens the blocks around it, and no others", () => {
  expect([...opened(new Set(["guarded", "each"]), outline, "rest")]).toEqual(["each"]);
  const folded = new Set(["guarded"]);
  expect(opened(folded, outline, "fetch")).toBe(folded);
  expect(opened(folded, outline, null)).toBe(folded);
});
