import { duration } from "@/components/time";
import type { SeenEvent } from "@/live/types";
import { sizeOf } from "@/run/size";

type Data = SeenEvent["data"];

/** A part of what an event says: a word before it, and its value. */
export interface Part {
  readonly label: string;
  readonly text: string;
  readonly tone: "plain" | "failed";
}

/** What an event says, in a line: input, output and error are parts of their own. */
export function partsOf({ type, data }: SeenEvent): Part[] {
  switch (type) {
    case "run_started":
    case "step_started":
      return namedValue(data, "input");
    case "step_finished":
    case "run_finished":
      return ending(data);
    case "step_retrying":
      return [
        plain("", `attempt ${text(data.attempt)} in ${duration(Number(data.delay) * 1000)}`),
        ...(data.interrupted === true ? [plain("", "the one before was interrupted")] : []),
        ...errorOf(data),
      ];
    case "step_waiting":
      return [plain("for", waitsFor(data.waits_for)), ...untilOf(data)];
    case "step_resumed":
      return [plain("", text(data.action)), ...(data.by ? [plain("by", text(data.by))] : [])];
    case "step_progress":
      return [plain("", progressOf(data))];
    case "step_log":
      return [plain(text(data.level), short(data.data))];
    case "run_waiting":
      return untilOf(data);
    default:
      return [];
  }
}

function ending(data: Data): Part[] {
  const failed = errorOf(data);
  const status: Part = { label: "", text: text(data.status), tone: data.status === "failed" ? "failed" : "plain" };
  return [status, ...(failed.length > 0 ? failed : namedValue(data, "output"))];
}

function errorOf(data: Data): Part[] {
  const error = recordOf(data.error);
  return error ? [{ label: text(error.code), text: oneLine(text(error.message)), tone: "failed" }] : [];
}

function namedValue(data: Data, name: "input" | "output"): Part[] {
  const bytes = recordOf(data.omitted)?.[name];
  if (typeof bytes === "number") return [plain(name, `too large to be sent, ${sizeOf(bytes)}`)];
  return data[name] === null ? [] : [plain(name, short(data[name]))];
}

function waitsFor(value: unknown): string {
  const { kind, message, scenario_id, tool } = recordOf(value) ?? {};
  const what = typeof message === "string" ? oneLine(message) : text(scenario_id ?? tool);
  return what ? `${text(kind)}: ${what}` : text(kind);
}

const untilOf = (data: Data): Part[] => (typeof data.until === "string" ? [plain("until", data.until)] : []);

function progressOf({ progress, total, message }: Data): string {
  const far = typeof total === "number" ? `${text(progress)} of ${total}` : text(progress);
  return message ? `${far}: ${oneLine(text(message))}` : far;
}

const LONGEST = 400;

/** A value as JSON in a line; the rest of a long one is left out. */
function short(value: unknown): string {
  return oneLine(typeof value === "string" ? value : (JSON.stringify(value) ?? ""));
}

function oneLine(value: string): string {
  return value.slice(0, LONGEST).replace(/\s+/g, " ") + (value.length > LONGEST ? "…" : "");
}

const plain = (label: string, value: string): Part => ({ label, text: value, tone: "plain" });

function text(value: unknown): string {
  return typeof value === "string" ? value : typeof value === "number" ? String(value) : "";
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> | null {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : null;
}
