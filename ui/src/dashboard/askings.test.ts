import { expect, test } from "vitest";

import type { Run } from "@/api/runs";
import { askings, byUrgency } from "./askings";

const run = (waits: Run["waits"]) => ({ run_id: "r", scenario_id: "publish", waits }) as Run;
const SINCE = "2026-04-24T12:00:00Z";

test("what comes by itself asks nobody", () => {
  expect(askings(run([{ kind: "time", step_path: "pause", since: SINCE, until: SINCE }]))).toEqual([]);
});

test("an approval says who may answer, a tool's question which tool asks", () => {
  const [approval, question] = askings(
    run([
      { kind: "approval", step_path: "ask", message: "Publish?", assignees: ["ada"], since: SINCE, until: null },
      { kind: "elicitation", step_path: "book", message: "Where to?", server: "desk", tool: "book", since: SINCE },
    ]),
  );
  expect(approval).toMatchObject({ stepPath: "ask", question: "Publish?", assignees: ["ada"], tool: null });
  expect(question).toMatchObject({ stepPath: "book", assignees: [], tool: "desk / book", until: null });
});

test("what ends first is asked first, then what waits longest", () => {
  const asking = (stepPath: string, since: string, until: string | null) =>
    askings(run([{ kind: "approval", step_path: stepPath, since, until }]));
  const all = [
    ...asking("open", "2026-04-24T10:00:00Z", null),
    ...asking("older", "2026-04-24T09:00:00Z", null),
    ...asking("soon", "2026-04-24T11:00:00Z", "2026-04-25T00:00:00Z"),
  ];
  expect(all.toSorted(byUrgency).map(({ stepPath }) => stepPath)).toEqual(["soon", "older", "open"]);
});
