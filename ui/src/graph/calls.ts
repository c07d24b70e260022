import { asList, asRecord, asText, type Json } from "./loose";
import type { StepKind } from "./outline";

/** What a step calls, waits for or goes over, in a few words; empty when its type says all. */
export function calledBy(kind: StepKind, step: Json, document: Json): string {
  switch (kind) {
    case "tool":
      return joined(" / ", asText(step.server) || asText(asRecord(document.defaults).server), asText(step.tool));
    case "scenario":
      return asText(step.scenario_id);
    case "wait":
      return step.until === undefined ? worded("for ", asText(step.duration)) : worded("until ", value(step.until));
    case "approval":
      return worded("by ", asList(step.assignees).map(asText).join(", "));
    case "foreach":
      return joined(" ", worded(`${asText(step.as) || "item"} of `, value(step.items)));
    case "loop":
      return joined(
        ", ",
        worded("until ", asText(step.until)),
        worded("at most ", asText(step.max_iterations), " times"),
      );
    case "fail":
      return asText(step.code) || "ScenarioFailed";
    case "unknown":
      return asText(step.type);
    default:
      return "";
  }
}

/** A value of the language, as short as it is written. */
function value(written: unknown): string {
  const form = asRecord(written);
  const inside = asText(form.from) || asText(form.template) || asText(form.env);
  if (inside) return inside;
  if (Array.isArray(written)) return written.length === 1 ? "1 item" : `${written.length} items`;
  return asText(written);
}

function worded(before: string, text: string, after = ""): string {
  return text && before + text + after;
}

function joined(between: string, ...parts: string[]): string {
  return parts.filter(Boolean).join(between);
}
