import { answer, api, type Schema } from "./client";
import { deed } from "./deed";

/** What is done to one run. Nothing here changes what is on screen: the event stream does. */

export type ForkWish = Schema<"ForkRequest">;
export type StepAnswer = Schema<"AnswerRequest">;
export type StepAnswered = Schema<"AnswerResponse">;

const of = (runId: string) => ({ params: { path: { run_id: runId } } });

/** Begins a run. */
export const startRun = deed("runs:write", (scenarioId: string, input: Record<string, unknown>) =>
  answer(api.POST("/api/runs", { body: { scenario_id: scenarioId, input, priority: 0 } })),
);

/** Asks for a run's end. */
export const cancelRun = deed("runs:write", (runId: string) =>
  answer(api.POST("/api/runs/{run_id}/cancel", of(runId))),
);

/** Pushes an unfinished run on. */
export const resumeRun = deed("runs:write", (runId: string) =>
  answer(api.POST("/api/runs/{run_id}/resume", of(runId))),
);

/** Removes a run that has ended. */
export const deleteRun = deed("runs:write", (runId: string) => answer(api.DELETE("/api/runs/{run_id}", of(runId))));

/** Begins a run that has done already what `runId` had done before a step. */
export const forkRun = deed("runs:write", (runId: string, wish: Partial<ForkWish>) =>
  answer(api.POST("/api/runs/{run_id}/fork", { ...of(runId), body: { retry: false, ...wish } })),
);

/** Answers a step that waits for a person. */
export const answerStep = deed("runs:write", (runId: string, stepPath: string, given: StepAnswer) =>
  answer(
    api.POST("/api/runs/{run_id}/steps/{step_path}/answer", {
      params: { path: { run_id: runId, step_path: stepPath } },
      body: given,
    }),
  ),
);
