import type { ScenarioSummary } from "@/api/scenarios";
import type { ToolSummary } from "@/api/tools";
import { formOf } from "@/editor/text/expressionAt";
import { isRecord, listOf, recordOf, recordsOf, textOf } from "@/editor/text/jsonValues";
import { type JsonSchema, SchemaView } from "./jsonSchemas";
import { declared, itemName, type Scope, type Step, stepsOf } from "./scope";

/** What is known beside the document itself. */
export interface Known {
  readonly schema: JsonSchema | null;
  readonly tools: readonly ToolSummary[];
  readonly servers: readonly string[];
  readonly scenarios: readonly ScenarioSummary[];
}

/** A schema with the document that its references are in. */
export interface Shape {
  readonly view: SchemaView;
  readonly schema: JsonSchema;
}

const TEXT: JsonSchema = { type: "string" };
const ERROR: JsonSchema = {
  type: "object",
  properties: { code: TEXT, message: TEXT, step: TEXT, attempt: { type: "integer" }, data: {} },
};
const RUN: JsonSchema = {
  type: "object",
  properties: { id: TEXT, started_at: TEXT, scenario_id: TEXT, revision: TEXT },
};
const DEEPEST = 8;

const shape = (schema: JsonSchema): Shape => ({ view: new SchemaView(schema), schema });
const shapeOrNull = (schema: unknown): Shape | null => (isRecord(schema) ? shape(schema) : null);
const named = (names: Iterable<string>): Shape =>
  shape({ type: "object", properties: Object.fromEntries([...names].map((name) => [name, TEXT])) });

/** Follows paths of expressions through what is known of input, tools and steps, as far as it is known. */
export class Shapes {
  private readonly steps: ReadonlyMap<string, Step>;

  constructor(
    private readonly document: unknown,
    private readonly known: Known,
    private readonly scope: Scope,
  ) {
    this.steps = new Map([...stepsOf(document)].map(({ step }) => [textOf(step.name), step]));
  }

  /** What a path such as `steps.a.output.items[0]` leads to; null where nothing is known. */
  of(path: string, depth = 0): Shape | null {
    const tokens = path.match(/[A-Za-z_]\w*|"[^"]+"|\[[^\]]*\]/g);
    if (!tokens || depth > DEEPEST) return null;
    const [root = "", ...rest] = tokens;
    if (root === "steps") return this.ofStep(rest, depth);
    return along(this.ofRoot(root, depth), rest);
  }

  /** The members of what a path leads to, with their schemas. */
  members(path: string): { name: string; schema: JsonSchema; view: SchemaView }[] {
    if (path === "steps") {
      return [...this.scope.visible].map(([name, step]) => {
        const about = `${textOf(step.type)}${textOf(step.description) ? `: ${textOf(step.description)}` : ""}`;
        return { name, schema: { description: about }, view: new SchemaView({}) };
      });
    }
    const found = this.of(path);
    return found ? membersOf(found) : [];
  }

  /** What a tool takes. Without a server, that of `defaults`, else the only one that has the tool. */
  tool(step: Step): ToolSummary | null {
    const defaults = recordOf(recordOf(this.document).defaults);
    const server = textOf(step.server) || textOf(defaults.server);
    const named = this.known.tools.filter((tool) => tool.name === step.tool && (!server || tool.server === server));
    return named.length === 1 ? (named[0] ?? null) : null;
  }

  child(step: Step): ScenarioSummary | null {
    return this.known.scenarios.find((scenario) => scenario.scenario_id === step.scenario_id) ?? null;
  }

  /** The schema of a step's `input`. */
  inputOf(step: Step): JsonSchema | null {
    if (step.type === "tool") return this.tool(step)?.input_schema ?? null;
    return step.type === "scenario" ? (this.child(step)?.input_schema ?? null) : null;
  }

  private ofRoot(root: string, depth: number): Shape | null {
    const document = recordOf(this.document);
    switch (root) {
      case "input":
        return shapeOrNull(document.input_schema);
      case "vars":
        return shape(described(document.vars));
      case "env":
        return named(declared(document, "env"));
      case "secrets":
        return named(declared(document, "secrets"));
      case "run":
        return shape(RUN);
      case "error":
        return shape(ERROR);
      case "result":
        return this.scope.step ? this.raw(this.scope.step, depth + 1) : null;
      default: {
        const loop = this.scope.loops.findLast((step) => itemName(step) === root);
        const items = loop ? this.value(loop.items, depth + 1) : null;
        return items ? along(items, ["[0]"]) : null;
      }
    }
  }

  private ofStep([name = "", member, ...rest]: string[], depth: number): Shape | null {
    const step = this.steps.get(name);
    if (!step) return null;
    const errors = step.type === "foreach" ? { errors: { type: "array", items: ERROR } } : {};
    const about = {
      output: { description: "What the step gave." },
      status: { ...TEXT, description: "success, failed or skipped" },
      error: ERROR,
      ...errors,
    };
    if (member === undefined) return shape({ type: "object", properties: about });
    if (member === "output") return along(this.output(step, depth + 1), rest);
    return along(shape({ type: "object", properties: about }), [member, ...rest]);
  }

  /** What later steps see of a step. */
  private output(step: Step, depth: number): Shape | null {
    return "output" in step ? this.value(step.output, depth) : this.raw(step, depth);
  }

  private raw(step: Step, depth: number): Shape | null {
    if (depth > DEEPEST) return null;
    switch (step.type) {
      case "tool":
        return shapeOrNull(this.tool(step)?.output_schema);
      case "scenario":
        return shapeOrNull(this.child(step)?.output_schema);
      case "approval":
        return shape({
          type: "object",
          properties: { approved: { type: "boolean" }, by: TEXT, comment: TEXT, data: recordOf(step.form_schema) },
        });
      case "foreach":
        return listed(this.last(step.steps, depth));
      case "parallel":
        return this.branches(step, depth);
      case "sequence":
      case "loop":
      case "try":
        return this.last(step.steps, depth);
      default:
        return null;
    }
  }

  private last(steps: unknown, depth: number): Shape | null {
    const last = recordsOf(steps).at(-1);
    return last ? this.output(last, depth + 1) : null;
  }

  private branches(step: Step, depth: number): Shape {
    return joined(Object.entries(recordOf(step.branches)).map(([name, steps]) => [name, this.last(steps, depth)]));
  }

  private value(value: unknown, depth: number): Shape | null {
    const form = formOf(value);
    if (form === "from") {
      const path = textOf(recordOf(value).from);
      return /^[\w.[\]*"]+$/.test(path) ? this.of(path, depth + 1) : null;
    }
    if (form === "template" || form === "secret" || form === "env") return shape(TEXT);
    if (form === "const") return shape(described(recordOf(value).const));
    if (Array.isArray(value)) return listed(value.length > 0 ? this.value(value[0], depth + 1) : null);
    if (!isRecord(value)) return shape(described(value));
    return joined(Object.entries(value).map(([key, each]) => [key, this.value(each, depth + 1)]));
  }
}

/** Shapes have references into documents of their own, so an object of them keeps them apart under `$defs`. */
function joined(members: [string, Shape | null][]): Shape {
  const properties = members.map(([key, each]) => [key, each ? flat(each) : {}]);
  return shape({ type: "object", properties: Object.fromEntries(properties) });
}

const listed = (items: Shape | null): Shape => shape({ type: "array", items: items ? flat(items) : {} });

/** A schema without references, a few levels deep: enough to complete names. */
function flat({ view, schema }: Shape, depth = 0): JsonSchema {
  const whole: JsonSchema = Object.assign({}, ...view.alternatives(schema).toReversed());
  const { $defs: _, anyOf: _a, oneOf: _o, ...rest } = whole;
  if (depth > 4) return rest;
  const properties = Object.entries(recordOf(rest.properties)).map(([key, each]) => [
    key,
    flat({ view, schema: recordOf(each) }, depth + 1),
  ]);
  const items = isRecord(rest.items) ? { items: flat({ view, schema: rest.items }, depth + 1) } : {};
  return { ...rest, ...(properties.length > 0 ? { properties: Object.fromEntries(properties) } : {}), ...items };
}

/** The schema of a constant. */
function described(value: unknown): JsonSchema {
  if (Array.isArray(value)) return { type: "array", items: described(value[0]) };
  if (isRecord(value)) {
    return {
      type: "object",
      properties: Object.fromEntries(Object.entries(value).map(([key, each]) => [key, described(each)])),
    };
  }
  return value === null || value === undefined ? {} : { type: typeof value };
}

function along(from: Shape | null, tokens: readonly string[]): Shape | null {
  let here = from;
  for (const token of tokens) {
    if (!here) return null;
    const key = token.startsWith("[") ? 0 : token.replaceAll('"', "");
    const { view, schema }: Shape = here;
    const below: JsonSchema | undefined = view.alternatives(schema).flatMap((each) => view.below(each, key))[0];
    here = below ? { view, schema: below } : null;
  }
  return here;
}

export function membersOf({ view, schema }: Shape): { name: string; schema: JsonSchema; view: SchemaView }[] {
  const found = view.alternatives(schema).flatMap((each) => Object.entries(recordOf(each.properties)));
  return [...new Map(found)].map(([name, each]) => ({ name, schema: recordOf(each), view }));
}

/** Whether a shape is that of a list. */
export const isList = ({ view, schema }: Shape): boolean =>
  view.alternatives(schema).some((each) => each.type === "array" || listOf(each.type).includes("array"));
