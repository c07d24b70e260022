import { isRecord, type JsonRecord, listOf, recordOf, textOf, textsOf } from "@/editor/text/jsonValues";
import type { Path } from "@/editor/text/outline";

export type Step = JsonRecord;

/** A name that an expression may begin with. */
export interface Root {
  readonly name: string;
  readonly about: string;
}

/** A place of a scenario: the step that it belongs to, and what its expressions see. */
export interface Scope {
  readonly step: Step | null;
  /** Of that step; empty outside of all. */
  readonly stepPath: Path;
  /** From the step, or from the document, to the place. */
  readonly inside: Path;
  readonly visible: ReadonlyMap<string, Step>;
  readonly roots: readonly Root[];
  /** The innermost `foreach` around, for the shape of its item. */
  readonly loops: readonly Step[];
}

const BASE: readonly Root[] = [
  { name: "input", about: "The run's input." },
  { name: "steps", about: "Steps that have run: steps.NAME.output, .status, .error." },
  { name: "vars", about: "The document's constants." },
  { name: "env", about: "The operator's values." },
  { name: "run", about: "id, started_at, scenario_id and revision of the run." },
];
const ERROR: Root = { name: "error", about: "What failed: code, message, step, attempt, data." };
const RESULT: Root = { name: "result", about: "The step's raw result." };
const SECRETS: Root = { name: "secrets", about: "The operator's secrets, by name." };

/**
 * A step sees the steps before it in its own list and in the lists around it; of a block it sees the output, not the steps
 * inside.
 */
export function scopeAt(document: unknown, path: Path): Scope {
  const whole = recordOf(document);
  const walk = new Walk();
  if (path[0] === "steps") walk.list(whole.steps, path, 1);
  else if (path[0] === "on_error") {
    walk.see(whole.steps);
    walk.roots.push(ERROR);
    walk.list(whole.on_error, path, 1);
  } else {
    if (path[0] === "output") walk.see(whole.steps);
    walk.inside = path;
  }
  return walk;
}

class Walk implements Scope {
  step: Step | null = null;
  stepPath: Path = [];
  inside: Path = [];
  readonly visible = new Map<string, Step>();
  readonly roots: Root[] = [...BASE];
  readonly loops: Step[] = [];

  see(steps: unknown): void {
    for (const step of listOf(steps))
      if (isRecord(step) && textOf(step.name)) this.visible.set(textOf(step.name), step);
  }

  /** Goes along `path`, whose token number `at` is an index of these steps. */
  list(steps: unknown, path: Path, at: number): void {
    const index = path[at];
    if (typeof index !== "number") {
      this.inside = path.slice(at);
      return;
    }
    const entries = listOf(steps);
    this.see(entries.slice(0, index));
    this.step = recordOf(entries[index]);
    this.stepPath = path.slice(0, at + 1);
    const inner = listInside(this.step, path.slice(at + 1));
    if (inner) {
      this.enter(this.step, String(path[at + 1]));
      this.list(inner.steps, path, at + 1 + inner.length);
      return;
    }
    this.inside = path.slice(at + 1);
    this.at(this.step, this.inside[0]);
  }

  private enter(step: Step, key: string): void {
    if (key === "catch") this.roots.push(ERROR);
    if (step.type !== "foreach") return;
    this.loops.push(step);
    this.roots.push({ name: itemName(step), about: "The item." });
    this.roots.push({ name: textOf(step.index_as) || "index", about: "The item's number, from 0." });
  }

  private at(step: Step, key: string | number | undefined): void {
    if (key === "output" && step.type !== "transform" && step.type !== "return") this.roots.push(RESULT);
    if (key === "input" && step.type === "tool") this.roots.push(SECRETS);
    if (key === "until" && step.type === "loop") this.see(step.steps);
  }
}

export const itemName = (foreach: Step): string => textOf(foreach.as) || "item";

/** The list of steps that a path inside a step leads into; `length` tokens lead to it. */
function listInside(step: Step, path: Path): { steps: unknown; length: number } | null {
  const [key, second, third] = path;
  if (key === "steps" || key === "default" || key === "finally") {
    return typeof second === "number" ? { steps: step[key], length: 1 } : null;
  }
  if (key === "branches" && typeof third === "number") {
    return { steps: recordOf(step.branches)[String(second)], length: 2 };
  }
  if ((key === "cases" || key === "catch") && third === "steps" && typeof path[3] === "number") {
    return { steps: recordOf(listOf(step[key])[Number(second)]).steps, length: 3 };
  }
  return null;
}

/** All steps of a document with their paths, those inside others included. */
export function* stepsOf(document: unknown): Generator<{ step: Step; path: Path }> {
  const whole = recordOf(document);
  yield* stepsIn(whole.steps, ["steps"]);
  yield* stepsIn(whole.on_error, ["on_error"]);
}

function* stepsIn(steps: unknown, path: Path): Generator<{ step: Step; path: Path }> {
  for (const [index, step] of listOf(steps).entries()) {
    if (!isRecord(step)) continue;
    const own = [...path, index];
    yield { step, path: own };
    for (const key of ["steps", "default", "finally"]) yield* stepsIn(step[key], [...own, key]);
    for (const [name, branch] of Object.entries(recordOf(step.branches)))
      yield* stepsIn(branch, [...own, "branches", name]);
    for (const key of ["cases", "catch"]) {
      for (const [number, entry] of listOf(step[key]).entries()) {
        yield* stepsIn(recordOf(entry).steps, [...own, key, number, "steps"]);
      }
    }
  }
}

/** The names that a document declares under `secrets` or `env`. */
export const declared = (document: unknown, key: "secrets" | "env"): readonly string[] =>
  textsOf(recordOf(document)[key]);
