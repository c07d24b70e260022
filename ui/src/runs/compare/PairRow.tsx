import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { memo, useState } from "react";

import { stepQuery } from "@/api/runs";
import { StatusBadge } from "@/components/StatusBadge";
import { duration } from "@/components/time";
import type { RunView, StepView } from "@/live/types";
import { isReused, type Pair, took } from "./align";
import { JsonChanges } from "./JsonChanges";
import classes from "./PairRow.module.css";

export interface Runs {
  readonly a: RunView;
  readonly b: RunView;
  /** Milliseconds that a bar of full width stands for. */
  readonly longest: number;
}

const WORDS = { same: "alike", changed: "differs", "only a": "only in A", "only b": "only in B" } as const;

/** What both runs did at one step path; opened, the places in which input and output differ. */
export const PairRow = memo(function PairRow({ pair, runs }: { pair: Pair; runs: Runs }) {
  const [opened, setOpened] = useState(false);
  return (
    <li className={classes.row} data-change={pair.change}>
      <button type="button" className={classes.head} aria-expanded={opened} onClick={() => setOpened(!opened)}>
        <span className={classes.path} title={pair.path}>
          {pair.path}
        </span>
        <Side name="A" step={pair.a} run={runs.a} />
        <Side name="B" step={pair.b} run={runs.b} />
        <Bars pair={pair} longest={runs.longest} />
        <span className={classes.change}>{WORDS[pair.change]}</span>
      </button>
      {opened && <PairDetail pair={pair} runs={runs} />}
    </li>
  );
});

function Side({ name, step, run }: { name: "A" | "B"; step: StepView | null; run: RunView }) {
  const milliseconds = took(step);
  return (
    <span className={classes.side}>
      <b>{name}</b>
      {step === null ? (
        <span className={classes.absent}>–</span>
      ) : (
        <>
          <StatusBadge status={step.status} size="sm" />
          {step.attempts.length > 1 && <span>{step.attempts.length} attempts</span>}
          {isReused(run, step) && <span title="Taken over from the run that this fork was made of">taken over</span>}
          <span className={classes.took}>{milliseconds === null ? "" : duration(milliseconds)}</span>
        </>
      )}
    </span>
  );
}

/** The durations of both as bars, and by how much B took longer. */
function Bars({ pair, longest }: { pair: Pair; longest: number }) {
  const [a, b] = [took(pair.a), took(pair.b)];
  const width = (value: number | null) => (value === null ? 0 : Math.max((value / longest) * 100, 0.8));
  const delta = a === null || b === null ? null : b - a;
  return (
    <span className={classes.bars}>
      <svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden>
        <rect className={classes.a} y={0} height={4} width={width(a)} />
        <rect className={classes.b} y={5.5} height={4} width={width(b)} />
      </svg>
      <span className={classes.delta}>{delta === null ? "" : signed(delta)}</span>
    </span>
  );
}

const signed = (milliseconds: number): string =>
  milliseconds === 0 ? "± 0" : `${milliseconds > 0 ? "+" : "−"} ${duration(Math.abs(milliseconds))}`;

function PairDetail({ pair, runs }: { pair: Pair; runs: Runs }) {
  const a = useWhole(runs.a.run_id, pair.a);
  const b = useWhole(runs.b.run_id, pair.b);
  return (
    <div className={classes.detail}>
      <p>
        {pair.a && <StepLink run={runs.a} path={pair.path} text="The step in A" />}{" "}
        {pair.b && <StepLink run={runs.b} path={pair.path} text="The step in B" />}
      </p>
      {(pair.a?.error ?? pair.b?.error) && (
        <JsonChanges label="Error" before={errorOf(pair.a)} after={errorOf(pair.b)} />
      )}
      <JsonChanges label="Output" before={a.output} after={b.output} />
      <JsonChanges label="Input" before={a.input} after={b.input} />
    </div>
  );
}

const errorOf = (step: StepView | null) => step?.error && { code: step.error.code, message: step.error.message };

/** The values of a step; those that the stream left out for their size are fetched. */
function useWhole(runId: string, step: StepView | null): { input: unknown; output: unknown } {
  const cut = step !== null && Object.keys(step.omitted).length > 0;
  const { data } = useQuery({ ...stepQuery(runId, step?.path ?? ""), enabled: cut });
  return cut && data ? data : { input: step?.input, output: step?.output };
}

function StepLink({ run, path, text }: { run: RunView; path: string; text: string }) {
  return (
    <Link to="/runs/$runId" params={{ runId: run.run_id }} search={{ step: path }}>
      {text}
    </Link>
  );
}
