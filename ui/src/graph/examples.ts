/** Documents for the tests of the graph. */

/** Every step type, as in tests/support/every_step.py. */
export const everyStep = {
  scenario_id: "everything",
  defaults: { server: "news" },
  steps: [
    { name: "search", type: "tool", tool: "search", when: "input.url" },
    { name: "all", type: "sequence", steps: [{ name: "one", type: "transform", output: 1 }] },
    {
      name: "both",
      type: "parallel",
      branches: {
        left: [{ name: "pause", type: "wait", duration: "1s" }],
        right: [{ name: "moment", type: "wait", until: "2030-01-01T00:00:00Z" }],
      },
    },
    {
      name: "each",
      type: "foreach",
      items: { from: "input.ids" },
      as: "id",
      steps: [{ name: "fetch", type: "tool", tool: "fetch" }],
    },
    {
      name: "poll",
      type: "loop",
      max_iterations: 5,
      until: "steps.look.output.done",
      steps: [{ name: "look", type: "tool", tool: "look" }],
    },
    {
      name: "which",
      type: "switch",
      cases: [{ when: "vars.limit > `2`", steps: [{ name: "many", type: "transform", output: "many" }] }],
      default: [{ name: "few", type: "transform", output: "few" }],
    },
    { name: "child", type: "scenario", scenario_id: "other" },
    { name: "ask", type: "approval", message: "Publish?", assignees: ["editor"] },
    {
      name: "guarded",
      type: "try",
      steps: [{ name: "risky", type: "tool", tool: "risky" }],
      catch: [
        { errors: ["ToolError"], steps: [{ name: "caught", type: "transform", output: null }] },
        { steps: [{ name: "rest", type: "fail", code: "Own" }] },
      ],
      finally: [{ name: "clean", type: "tool", tool: "clean" }],
    },
    { name: "leave", type: "return", when: "steps.which.output == 'few'" },
  ],
  on_error: [{ name: "tell", type: "tool", tool: "tell" }],
};

type Step = Record<string, unknown>;

/** So many steps: single ones, and between them in turn a `foreach`, a `parallel`, a `switch` and a `try`. */
export function large(count: number): { steps: Step[] } {
  let made = 0;
  const leaf = (): Step => ({ name: `step_${made++}`, type: "tool", server: "news", tool: "fetch_article" });
  const leaves = (): Step[] => [leaf(), leaf(), leaf()];
  const blocks: (() => Step)[] = [
    () => ({ type: "foreach", steps: leaves() }),
    () => ({ type: "parallel", branches: { a: leaves(), b: leaves(), c: leaves() } }),
    () => ({ type: "switch", cases: [{ when: "input.x", steps: leaves() }], default: leaves() }),
    () => ({ type: "try", steps: leaves(), catch: [{ steps: leaves() }], finally: [leaf()] }),
  ];
  const steps: Step[] = [];
  for (let turn = 0; made < count; turn++) {
    const name = `block_${made++}`;
    const block = blocks[turn % blocks.length];
    steps.push(leaf(), { name, ...block?.() });
  }
  return { steps };
}

/** Blocks in blocks, so deep. */
export function deep(depth: number): { steps: Step[] } {
  let steps: Step[] = [{ name: "innermost", type: "transform" }];
  for (let level = depth; level > 0; level--) {
    const kinds: Step[] = [
      { name: `level_${level}`, type: "sequence", steps },
      { name: `level_${level}`, type: "try", steps, finally: [{ name: `end_${level}`, type: "transform" }] },
      {
        name: `level_${level}`,
        type: "parallel",
        branches: { one: steps, two: [{ name: `two_${level}`, type: "wait" }] },
      },
    ];
    steps = kinds.slice(level % 3, (level % 3) + 1);
  }
  return { steps };
}

/** A `parallel` with so many branches. */
export function wide(branches: number): { steps: Step[] } {
  const entries = Array.from({ length: branches }, (_, index) => [
    `branch_${index}`,
    [{ name: `step_${index}`, type: "tool", tool: "fetch" }],
  ]);
  return {
    steps: [
      { name: "before", type: "transform" },
      { name: "all", type: "parallel", branches: Object.fromEntries(entries) },
    ],
  };
}
