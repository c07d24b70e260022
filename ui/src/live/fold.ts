import type { Schema } from "@/api/client";
import { Growing } from "./growing";
import { NodeFold } from "./nodeFold";
import { type StepGoesOn, type StepStarted, stepAfter, stepStarted } from "./stepFold";
import type { Counts, RunView, SeenEvent, StepView } from "./types";

type RunEvent = Schema<"RunEvent">;

const NO_STEPS: readonly StepView[] = [];
const NO_COUNTS: Counts = {};

/**
 * A run as far as its events tell, as `runs/state.py` folds them. One more event costs the same however many there were.
 * Events must come in order; one of a kind that is not known here is kept and changes nothing else.
 */
export class Fold {
  readonly #events = new Growing<SeenEvent>();
  readonly #steps = new Growing<StepView>();
  readonly #positions = new Map<string, number>();
  readonly #byPath = new Map<string, StepView>();
  readonly #nodes = new Map<string, NodeFold>();
  #run: RunView | null = null;

  get lastSeq(): number {
    return this.#run?.last_seq ?? 0;
  }

  run(): RunView | null {
    return this.#run;
  }

  step(path: string): StepView | null {
    return this.#byPath.get(path) ?? null;
  }

  steps(): readonly StepView[] {
    return this.#steps.snapshot();
  }

  executions(name: string): readonly StepView[] {
    return this.#nodes.get(name)?.executions() ?? NO_STEPS;
  }

  counts(name: string): Counts {
    return this.#nodes.get(name)?.counts() ?? NO_COUNTS;
  }

  events(): readonly SeenEvent[] {
    return this.#events.snapshot();
  }

  /** Takes in the next event; gives the name of the node of which an execution changed, if one did. */
  apply(seen: SeenEvent): string | null {
    this.#events.push(seen);
    // The service writes them as its API document says, and nobody else does.
    const event = seen.data as unknown as RunEvent;
    if (event.type === "run_started") this.#run = runStarted(seen.seq, event);
    else if (this.#run !== null) this.#run = runAfter(this.#run, seen.seq, event);
    switch (event.type) {
      case "step_started":
        return this.#begin(seen.seq, event);
      case "step_retrying":
      case "step_waiting":
      case "step_resumed":
      case "step_progress":
      case "step_log":
      case "step_finished":
        return this.#goOn(seen.seq, event);
      default:
        return null;
    }
  }

  #begin(seq: number, event: StepStarted): string {
    return this.#put(this.step(event.step_path), stepStarted(seq, event));
  }

  #goOn(seq: number, event: StepGoesOn): string | null {
    const step = this.step(event.step_path);
    return step === null ? null : this.#put(step, stepAfter(step, seq, event));
  }

  #put(before: StepView | null, now: StepView): string {
    const position = this.#positions.get(now.path);
    if (position === undefined) this.#positions.set(now.path, this.#steps.push(now));
    else this.#steps.set(position, now);
    this.#byPath.set(now.path, now);
    this.#node(now.name).take(before, now);
    return now.name;
  }

  #node(name: string): NodeFold {
    const known = this.#nodes.get(name);
    if (known !== undefined) return known;
    const node = new NodeFold();
    this.#nodes.set(name, node);
    return node;
  }
}

function runStarted(seq: number, event: Schema<"RunStartedEvent">): RunView {
  return {
    run_id: event.run_id,
    scenario_id: event.scenario_id,
    status: "queued",
    message: "",
    started_at: event.started_at,
    finished_at: null,
    input: event.input,
    output: null,
    error: null,
    revision: event.revision,
    parent_run_id: event.parent?.run_id ?? null,
    forked_from: event.forked_from ?? null,
    trigger: event.trigger ?? null,
    owner: event.owner ?? "",
    omitted: event.omitted ?? {},
    last_seq: seq,
  };
}

function runAfter(run: RunView, seq: number, event: RunEvent): RunView {
  switch (event.type) {
    case "run_waiting":
      return { ...run, last_seq: seq, status: "waiting" };
    case "run_resumed":
      return { ...run, last_seq: seq, status: "running" };
    case "run_finished": {
      const { status, finished_at, message, output, error } = event;
      const omitted = { ...run.omitted, ...event.omitted };
      return { ...run, last_seq: seq, status, finished_at, message, output, error, omitted };
    }
    default:
      return { ...run, last_seq: seq, status: run.status === "queued" ? "running" : run.status };
  }
}
