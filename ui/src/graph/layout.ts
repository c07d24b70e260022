import { block, laneSize, stepSize } from "./measures";
import type { ListOutline, Outline, StepOutline } from "./outline";
import { besides, chain, grid, type Placed, type Size, tries } from "./stack";

/**
 * Where everything stands. Each block is laid out on its own, from the innermost outwards, and is one box from there on.
 * A list of steps is a chain and the lists of a block stand beside one another, so nothing has to be searched for: the
 * same tree gives the same picture, and a step that is added moves only what comes after it.
 */

/** Whether the steps of a list go down or to the right. */
export type Direction = "TB" | "LR";

export interface Box {
  readonly id: string;
  /** `lane` is one of several lists of a block. */
  readonly kind: "step" | "block" | "lane";
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly folded: boolean;
}

export interface Line {
  readonly id: string;
  /** `error` leads to what happens when something fails. */
  readonly kind: "next" | "error";
  readonly from: readonly [number, number];
  readonly to: readonly [number, number];
}

export interface Layout {
  /** A block stands before what is inside it. */
  readonly boxes: ReadonlyMap<string, Box>;
  readonly lines: readonly Line[];
  readonly width: number;
  readonly height: number;
}

export interface LayoutOptions {
  readonly direction: Direction;
  readonly folded: ReadonlySet<string>;
  /** Whether steps show the state of a run, which takes a line more. */
  readonly live: boolean;
}

/** A box that has a size, and gets a place when the place of what is around it is known. */
export interface Measured extends Size {
  readonly place: (at: Placed, into: Drawing) => void;
}

export interface Drawing {
  readonly boxes: Map<string, Box>;
  readonly lines: Line[];
}

/** The picture of a document. */
export function layoutOf(outline: Outline, options: LayoutOptions): Layout {
  const main = listOf(outline.main, options);
  const whole = outline.onError ? besides(main, laneOf(outline.onError, options), options.direction) : main;
  const drawing: Drawing = { boxes: new Map(), lines: [] };
  whole.place({ x: 0, y: 0, width: whole.width, height: whole.height }, drawing);
  return { ...drawing, width: whole.width, height: whole.height };
}

function listOf(list: ListOutline, options: LayoutOptions): Measured {
  return chain(
    list.steps.map((step) => ({ id: step.id, ...stepOf(step, options) })),
    options.direction,
  );
}

function stepOf(step: StepOutline, options: LayoutOptions): Measured {
  const size = stepSize(options.live);
  const folded = options.folded.has(step.id);
  if (step.lists.length === 0 || folded) {
    const kind = step.lists.length > 0 ? "block" : "step";
    return { ...size, place: (at, { boxes }) => boxes.set(step.id, { id: step.id, kind, ...at, ...size, folded }) };
  }
  const inside = insideOf(step, options);
  const head = block.head(options.live);
  const width = Math.max(inside.width + 2 * block.padding, block.width);
  const height = head + inside.height + block.padding;
  return {
    width,
    height,
    place: ({ x, y }, drawing) => {
      drawing.boxes.set(step.id, { id: step.id, kind: "block", x, y, width, height, folded });
      const room = { width: width - 2 * block.padding, height: inside.height };
      inside.place({ x: x + block.padding, y: y + head, ...room }, drawing);
    },
  };
}

function insideOf(step: StepOutline, options: LayoutOptions): Measured {
  const [only] = step.lists;
  if (only?.role === "steps") return listOf(only, options);
  const lanes = step.lists.map((list) => laneOf(list, options));
  return step.kind === "try" ? tries(step.lists, lanes, options.direction) : grid(lanes, options.direction);
}

/** A list with a frame and a title of its own, which takes the room that it is given. */
function laneOf(list: ListOutline, options: LayoutOptions): Measured {
  const inside = listOf(list, options);
  const { width, height } = laneSize(inside);
  return {
    width,
    height,
    place: (at, drawing) => {
      drawing.boxes.set(list.id, { id: list.id, kind: "lane", ...at, folded: false });
      const room = { width: at.width - 2 * block.padding, height: at.height - block.laneHead - block.padding };
      inside.place({ x: at.x + block.padding, y: at.y + block.laneHead, ...room }, drawing);
    },
  };
}
