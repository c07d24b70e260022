import type { SeenEvent } from "@/live/types";

export interface EventFilter {
  readonly text: string;
  readonly type: string | null;
  /** Of this step and of what lies in it. */
  readonly step: string | null;
}

export const ALL: EventFilter = { text: "", type: null, step: null };

/** The events that fit, in their order. */
export function fittingEvents(events: readonly SeenEvent[], filter: EventFilter): readonly SeenEvent[] {
  const text = filter.text.trim().toLowerCase();
  if (!text && filter.type === null && filter.step === null) return events;
  return events.filter(
    (event) =>
      (filter.type === null || event.type === filter.type) &&
      (filter.step === null || isOf(event, filter.step)) &&
      (!text || textOf(event).includes(text)),
  );
}

function isOf({ data }: SeenEvent, step: string): boolean {
  const path = data.step_path;
  if (typeof path !== "string") return false;
  return path === step || (path.startsWith(step) && /^[.[@]/.test(path.slice(step.length)));
}

/** Every event is written out once, when somebody looks for a text. */
const written = new WeakMap<SeenEvent, string>();

function textOf(event: SeenEvent): string {
  const known = written.get(event);
  if (known !== undefined) return known;
  const text = JSON.stringify(event.data).toLowerCase();
  written.set(event, text);
  return text;
}

/** When an event happened: each type has its own word for it. */
export function momentOf({ data }: SeenEvent): string | null {
  const { at, finished_at, started_at } = data;
  return [at, finished_at, started_at].find((moment) => typeof moment === "string") ?? null;
}
