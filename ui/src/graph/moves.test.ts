import { expect, test } from "vitest";

import { everyStep } from "./examples";
import { type Move, moved, moveOf } from "./moves";
import { outlineOf } from "./outline";

const outline = outlineOf(everyStep);
const go = (from: string, move: Move, folded: string[] = []) => moved(outline, new Set(folded), from, move);

test("next and previous go along a list, and on to the next list of the block", () => {
  expect(go("search", "next")).toBe("all");
  expect(go("all", "previous")).toBe("search");
  expect(go("pause", "next")).toBe("moment");
  expect(go("moment", "previous")).toBe("pause");
});

test("after the last step of a block comes what follows the block, before its first step the block", () => {
  expect(go("moment", "next")).toBe("each");
  expect(go("clean", "next")).toBe("leave");
  expect(go("pause", "previous")).toBe("both");
});

test("into a block and out of it again", () => {
  expect(go("guarded", "in")).toBe("risky");
  expect(go("clean", "out")).toBe("guarded");
  expect(go("search", "in")).toBeNull();
  expect(go("search", "out")).toBeNull();
});

test("a folded block is not entered", () => {
  expect(go("guarded", "in", ["guarded"])).toBeNull();
});

test("next alone walks to the end, which is the handler of the run's errors", () => {
  const walked = ["search"];
  for (let at = go("search", "next"); at; at = go(at, "next")) walked.push(at);
  expect(walked.slice(-2)).toEqual(["leave", "tell"]);
  expect(go("search", "last")).toBe("tell");
  expect(go("tell", "first")).toBe("search");
});

test("the arrows follow the direction of reading", () => {
  expect(moveOf("ArrowDown", "TB")).toBe("next");
  expect(moveOf("ArrowDown", "LR")).toBe("in");
  expect(moveOf("a", "TB")).toBeNull();
});
