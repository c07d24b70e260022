import type { Direction, Drawing, Measured } from "./layout";
import { gap } from "./measures";
import type { ListOutline } from "./outline";

/** The few ways in which boxes stand together. */

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Placed extends Size {
  readonly x: number;
  readonly y: number;
}

type Axis = "x" | "y";

const along = (direction: Direction): Axis => (direction === "TB" ? "y" : "x");
const across = (direction: Direction): Axis => (direction === "TB" ? "x" : "y");
const extent = (size: Size, axis: Axis): number => (axis === "x" ? size.width : size.height);

/** Boxes one after the other, with even gaps; each has its own size and the room across. */
function row(
  boxes: readonly Measured[],
  axis: Axis,
  between: number,
  draw: (places: Placed[], into: Drawing) => void,
): Measured {
  const lengths = boxes.map((box) => extent(box, axis));
  const length = lengths.reduce((sum, one) => sum + one, 0) + Math.max(0, boxes.length - 1) * between;
  const breadth = Math.max(0, ...boxes.map((box) => extent(box, axis === "x" ? "y" : "x")));
  const size = axis === "x" ? { width: length, height: breadth } : { width: breadth, height: length };
  return {
    ...size,
    place: (at, into) => {
      let from = axis === "x" ? at.x : at.y;
      const places = lengths.map((one) => {
        const place =
          axis === "x"
            ? { x: from, y: at.y, width: one, height: at.height }
            : { x: at.x, y: from, width: at.width, height: one };
        from += one + between;
        return place;
      });
      draw(places, into);
    },
  };
}

/** In the middle of a room, as large as it is itself. */
function centred(size: Size, room: Placed): Placed {
  const { width, height } = size;
  return { x: room.x + (room.width - width) / 2, y: room.y + (room.height - height) / 2, width, height };
}

/** Steps one after the other in the direction of reading, all on one middle line, so that their lines are straight. */
export function chain(steps: readonly (Measured & { id: string })[], direction: Direction): Measured {
  const axis = along(direction);
  return row(steps, axis, gap.next, (rooms, into) => {
    let before: { id: string; at: Placed } | null = null;
    for (const [index, step] of steps.entries()) {
      const room = rooms[index];
      if (!room) continue;
      const at = centred(step, room);
      step.place(at, into);
      if (before) into.lines.push({ id: `${before.id}>${step.id}`, kind: "next", ...join(before.at, at, axis) });
      before = { id: step.id, at };
    }
  });
}

/** A straight line from the end of one box to the beginning of another. */
function join(from: Placed, to: Placed, axis: Axis): { from: [number, number]; to: [number, number] } {
  if (axis === "y") {
    const x = from.x + from.width / 2;
    return { from: [x, from.y + from.height], to: [x, to.y] };
  }
  const y = Math.min(from.y + from.height / 2, to.y + to.height / 2);
  return { from: [from.x + from.width, y], to: [to.x, y] };
}

/** Lanes beside one another; many of them in several rows, so that fifty branches do not become one line. */
export function grid(lanes: readonly Measured[], direction: Direction): Measured {
  const most = lanes.length <= 6 ? lanes.length : Math.max(5, Math.ceil(Math.sqrt(lanes.length) * 1.2));
  const rows = Math.ceil(lanes.length / Math.max(1, most));
  const perRow = Math.ceil(lanes.length / Math.max(1, rows));
  const axis = across(direction);
  const lines = Array.from({ length: rows }, (_, index) => lanes.slice(index * perRow, (index + 1) * perRow));
  return stretched(
    lines.map((line) => stretched(line, axis)),
    along(direction),
  );
}

/** Boxes one after the other that all fill the room across. */
function stretched(boxes: readonly Measured[], axis: Axis): Measured {
  return row(boxes, axis, gap.beside, (rooms, into) => {
    boxes.forEach((box, index) => {
      const room = rooms[index];
      if (room) box.place(room, into);
    });
  });
}

/** A scenario and what happens when it fails, beside it. */
export function besides(main: Measured, handler: Measured, direction: Direction): Measured {
  const axis = across(direction);
  return row([main, handler], axis, 3 * gap.beside, ([left, right], into) => {
    if (left) main.place(left, into);
    if (right)
      handler.place(axis === "x" ? { ...right, height: handler.height } : { ...right, width: handler.width }, into);
  });
}

/** The body of a `try`, its handlers beside it in the order in which they are asked, and `finally` after the body. */
export function tries(lists: readonly ListOutline[], lanes: readonly Measured[], direction: Direction): Measured {
  const last = lists.findIndex((list) => list.role === "finally");
  const asked = lanes.filter((_, index) => index !== last);
  const names = lists.filter((_, index) => index !== last).map((list) => list.id);
  const end = last < 0 ? null : (lanes[last] ?? null);
  const axis = across(direction);
  const first = widened(asked[0], end, axis);
  const line = row(first ? [first, ...asked.slice(1)] : [], axis, gap.next, (rooms, into) => {
    rooms.forEach((room, index) => {
      asked[index]?.place(room, into);
      const before = rooms[index - 1];
      if (before)
        into.lines.push({ id: `${names[index - 1]}>${names[index]}`, kind: "error", ...join(before, room, axis) });
    });
  });
  if (!end || !first) return line;
  return row([line, end], along(direction), gap.next, ([above, below], into) => {
    if (!above || !below) return;
    line.place(above, into);
    const room = axis === "x" ? { ...below, width: first.width } : { ...below, height: first.height };
    end.place(room, into);
    const body = axis === "x" ? { ...above, width: first.width } : { ...above, height: first.height };
    into.lines.push({ id: `${names[0]}>${lists[last]?.id}`, kind: "next", ...join(body, room, along(direction)) });
  });
}

/** The body, with as much room across as `finally` takes, which stands after it. */
function widened(body: Measured | undefined, end: Measured | null, axis: Axis): Measured | undefined {
  if (!body || !end) return body;
  return axis === "x"
    ? { ...body, width: Math.max(body.width, end.width) }
    : { ...body, height: Math.max(body.height, end.height) };
}
