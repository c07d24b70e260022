import type { Box, Direction, Layout } from "./layout";

export interface View {
  readonly x: number;
  readonly y: number;
  readonly zoom: number;
}

interface Room {
  readonly width: number;
  readonly height: number;
}

/** Under this zoom nobody can read a name, so nothing but boxes is drawn. */
export const FAR = 0.35;

const MARGIN = 24;

/** The buttons stand above what is seen at first. */
const TOP = 56;

/** What is seen at first: everything if it can still be read, else the beginning, with the first step in the middle across. */
export function firstView(layout: Layout, room: Room, direction: Direction): View {
  const wide = (room.width - 2 * MARGIN) / Math.max(1, layout.width);
  const high = (room.height - TOP - MARGIN) / Math.max(1, layout.height);
  const readable = Math.min(direction === "TB" ? wide : high, 0.8);
  const zoom = Math.min(1, Math.max(0.5, readable, Math.min(wide, high)));
  const [first] = layout.boxes.values();
  const middle = (length: number, space: number, centre: number): number =>
    length * zoom <= space ? (space - length * zoom) / 2 : space / 2 - centre * zoom;
  const x =
    direction === "TB"
      ? middle(layout.width, room.width, first ? first.x + first.width / 2 : 0)
      : Math.max(MARGIN, (room.width - layout.width * zoom) / 2);
  const y = direction === "LR" ? middle(layout.height, room.height, first ? first.y + first.height / 2 : 0) : TOP;
  return { zoom, x, y };
}

/** The view after a layout has changed, with one box at the place of the screen where it was. */
export function pinned(view: View, before: Box, after: Box): View {
  return {
    zoom: view.zoom,
    x: view.x + (before.x - after.x) * view.zoom,
    y: view.y + (before.y - after.y) * view.zoom,
  };
}

/** Whether the title of a box is on screen. */
export function inSight(view: View, box: Box, room: Room): boolean {
  const left = box.x * view.zoom + view.x;
  const top = box.y * view.zoom + view.y;
  const width = Math.min(box.width, 200) * view.zoom;
  return left >= 0 && top >= 0 && left + width <= room.width && top + 40 * view.zoom <= room.height;
}
