import { Button, Group, SegmentedControl, Text } from "@mantine/core";
import { useMemo, useState } from "react";

import { useSteps } from "@/live";
import type { RunStore, RunView } from "@/live/types";
import { align, grouped, type Iterations, isShown, type Pair, type Show, took } from "./align";
import { PairRow, type Runs } from "./PairRow";
import classes from "./StepPairs.module.css";

interface Props {
  a: { store: RunStore; run: RunView };
  b: { store: RunStore; run: RunView };
}

const SHOWS = [
  { value: "all", label: "All steps" },
  { value: "changed", label: "What differs" },
  { value: "only", label: "Only in one" },
] satisfies { value: Show; label: string }[];

/** The steps of both runs, path by path. */
export function StepPairs({ a, b }: Props) {
  const [show, setShow] = useState<Show>("all");
  const ofA = useSteps(a.store);
  const ofB = useSteps(b.store);
  const pairs = useMemo(() => align(ofA, ofB), [ofA, ofB]);
  const entries = useMemo(() => grouped(pairs.filter((pair) => isShown(pair, show))), [pairs, show]);
  const runs = useMemo<Runs>(
    () => ({
      a: a.run,
      b: b.run,
      longest: pairs.reduce((most, pair) => Math.max(most, took(pair.a) ?? 0, took(pair.b) ?? 0), 1),
    }),
    [a.run, b.run, pairs],
  );
  const differ = pairs.filter((pair) => isShown(pair, "changed")).length;
  return (
    <section aria-labelledby="compare-steps">
      <Group justify="space-between" mb="xs">
        <h2 id="compare-steps" className={classes.title}>
          Steps
        </h2>
        <SegmentedControl
          size="xs"
          aria-label="Which steps"
          data={SHOWS}
          value={show}
          onChange={(value) => setShow(value as Show)}
        />
      </Group>
      <Text fz="sm" c="dimmed" mb="xs" aria-live="polite">
        {differ === 0
          ? "All steps ended alike."
          : `${differ} of ${pairs.length} differ in how they ended or what they gave.`}
      </Text>
      <ul className={classes.list}>
        {entries.map((entry) =>
          "owner" in entry ? (
            <Block key={`${entry.owner}[]`} block={entry} runs={runs} />
          ) : (
            <PairRow key={entry.path} pair={entry} runs={runs} />
          ),
        )}
      </ul>
      {entries.length === 0 && <Text fz="sm">No step fits.</Text>}
    </section>
  );
}

/** So many rows are drawn at first. */
const SHOWN = 100;
const MORE = 300;

/** The iterations of a block: closed, they are counted; open, those that differ come first to be seen. */
function Block({ block, runs }: { block: Iterations; runs: Runs }) {
  const [opened, setOpened] = useState(false);
  const [limit, setLimit] = useState(SHOWN);
  const [alike, setAlike] = useState(false);
  const differing = block.pairs.filter((pair) => pair.change !== "same");
  const pairs: readonly Pair[] = alike || differing.length === 0 ? block.pairs : differing;
  return (
    <li className={classes.block}>
      <button type="button" className={classes.head} aria-expanded={opened} onClick={() => setOpened(!opened)}>
        <span className={classes.path}>{block.owner}[…]</span>
        <span>{sentence(block, differing.length)}</span>
      </button>
      {opened && (
        <>
          <ul className={classes.inner}>
            {pairs.slice(0, limit).map((pair) => (
              <PairRow key={pair.path} pair={pair} runs={runs} />
            ))}
          </ul>
          <Group gap="xs" p="xs">
            {pairs.length > limit && (
              <Button size="compact-xs" variant="default" onClick={() => setLimit(limit + MORE)}>
                Show {Math.min(pairs.length - limit, MORE).toLocaleString("en")} more
              </Button>
            )}
            {differing.length > 0 && differing.length < block.pairs.length && (
              <Button size="compact-xs" variant="subtle" onClick={() => setAlike(!alike)}>
                {alike
                  ? "Show what differs alone"
                  : `Show the ${(block.pairs.length - differing.length).toLocaleString("en")} that are alike, too`}
              </Button>
            )}
          </Group>
        </>
      )}
    </li>
  );
}

function sentence({ count, pairs }: Iterations, differing: number): string {
  const rounds = count === 1 ? "1 iteration" : `${count.toLocaleString("en")} iterations`;
  const steps = `${pairs.length.toLocaleString("en")} steps`;
  return `${rounds}, ${steps}: ${differing === 0 ? "all alike" : `${differing.toLocaleString("en")} differ`}`;
}
