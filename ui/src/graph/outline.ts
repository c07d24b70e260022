import { calledBy } from "./calls";
import { asList, asRecord, asText, type Json } from "./loose";

/**
 * A document as the tree that the graph shows. The document may be anything, half typed or broken: what cannot be read
 * is left out, and the rest is still shown.
 */

export const stepKinds = [
  "tool",
  "sequence",
  "parallel",
  "foreach",
  "loop",
  "switch",
  "transform",
  "scenario",
  "wait",
  "approval",
  "try",
  "fail",
  "return",
] as const;
export type StepKind = (typeof stepKinds)[number] | "unknown";

/** What a list of steps is to the block that it stands in; `steps` is a block's only list, which needs no frame. */
export type ListRole = "steps" | "branch" | "case" | "default" | "body" | "catch" | "finally" | "on_error";

export interface StepOutline {
  /** The step's name, unless another step has it, or it has none. */
  readonly id: string;
  readonly name: string;
  readonly kind: StepKind;
  /** What it calls, waits for or goes over, in a few words. */
  readonly calls: string;
  /** The condition of the step itself. */
  readonly when: string | null;
  readonly pointer: string;
  readonly lists: readonly ListOutline[];
}

export interface ListOutline {
  readonly id: string;
  readonly role: ListRole;
  readonly label: string;
  readonly pointer: string;
  readonly steps: readonly StepOutline[];
}

export interface Outline {
  readonly main: ListOutline;
  readonly onError: ListOutline | null;
  /** Every step in the order of the document. */
  readonly steps: ReadonlyMap<string, StepOutline>;
  /** The step around a step or a list; null for what stands in the document itself. */
  readonly parents: ReadonlyMap<string, string | null>;
}

/** Deeper than any document that runs (8), and shallow enough for a recursion over what somebody pasted. */
const DEEPEST = 32;

/** The tree of a document. Never throws. */
export function outlineOf(document: unknown): Outline {
  return new Reader(document).read();
}

interface Found {
  role: ListRole;
  label: string;
  under: string;
  steps: unknown;
}

class Reader {
  readonly #document: Json;
  readonly #steps = new Map<string, StepOutline | null>();
  readonly #parents = new Map<string, string | null>();

  constructor(document: unknown) {
    this.#document = asRecord(document);
  }

  read(): Outline {
    const main = this.#list({ role: "steps", label: "", under: "/steps", steps: this.#document.steps }, "", null, 0);
    const handler = { role: "on_error", label: "on error of the run", under: "/on_error" } as const;
    const onError = this.#list({ ...handler, steps: this.#document.on_error }, "", null, 0);
    const steps = new Map([...this.#steps].flatMap(([id, step]) => (step ? [[id, step] as const] : [])));
    return { main, onError: onError.steps.length > 0 ? onError : null, steps, parents: this.#parents };
  }

  #list(found: Found, pointer: string, parent: string | null, depth: number): ListOutline {
    const own = `${pointer}${found.under}`;
    const id = this.#free(parent === null ? own : `${parent}${found.under}`, parent);
    const steps = asList(found.steps).map((step, index) =>
      this.#step(asRecord(step), `${own}/${index}`, parent, depth),
    );
    return { id, role: found.role, label: found.label, pointer: own, steps };
  }

  #step(step: Json, pointer: string, parent: string | null, depth: number): StepOutline {
    const name = asText(step.name);
    const id = this.#free(name || pointer, parent);
    this.#steps.set(id, null);
    const kind = stepKinds.find((known) => known === step.type) ?? "unknown";
    const lists = depth < DEEPEST ? listsOf(kind, step) : [];
    const read: StepOutline = {
      id,
      name: name || "(no name)",
      kind,
      calls: calledBy(kind, step, this.#document),
      when: asText(step.when) || null,
      pointer,
      lists: lists.map((list) => this.#list(list, pointer, id, depth + 1)),
    };
    this.#steps.set(id, read);
    return read;
  }

  /** An id that nothing has yet: two steps with one name are an error of the document, not of the graph. */
  #free(wanted: string, parent: string | null): string {
    let id = wanted;
    for (let copy = 2; this.#parents.has(id); copy++) id = `${wanted}#${copy}`;
    this.#parents.set(id, parent);
    return id;
  }
}

/** The lists of a step that are there; an empty one is shown too, as somebody may be about to fill it. */
function listsOf(kind: StepKind, step: Json): Found[] {
  switch (kind) {
    case "sequence":
    case "foreach":
    case "loop":
      return [{ role: "steps", label: "", under: "/steps", steps: step.steps }];
    case "parallel":
      return Object.entries(asRecord(step.branches)).map(([name, steps]) => ({
        role: "branch",
        label: name,
        under: `/branches/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`,
        steps,
      }));
    case "switch":
      return [
        ...asList(step.cases).map((one, index) => ({
          role: "case" as const,
          label: asText(asRecord(one).when) || `case ${index + 1}`,
          under: `/cases/${index}/steps`,
          steps: asRecord(one).steps,
        })),
        ...optional("default", "default", "/default", step.default),
      ];
    case "try":
      return [
        { role: "body", label: "try", under: "/steps", steps: step.steps },
        ...asList(step.catch).map((one, index) => ({
          role: "catch" as const,
          label: `catch ${errorsOf(asRecord(one))}`,
          under: `/catch/${index}/steps`,
          steps: asRecord(one).steps,
        })),
        ...optional("finally", "finally", "/finally", step.finally),
      ];
    default:
      return [];
  }
}

function optional(role: ListRole, label: string, under: string, steps: unknown): Found[] {
  return steps === undefined || steps === null ? [] : [{ role, label, under, steps }];
}

function errorsOf(handler: Json): string {
  const codes = asList(handler.errors).map(asText).filter(Boolean);
  return codes.length === 0 || codes.includes("*") ? "any error" : codes.join(", ");
}
