import type { EditorView } from "@codemirror/view";
import { Button, Group, Text } from "@mantine/core";
import { goTo } from "@/editor/useEditor";
import classes from "./ProblemsList.module.css";
import type { PlacedProblem } from "./problemPlaces";
import { type Repair, repairOf } from "./repairs";
import type { Checking } from "./useChecked";

interface Props {
  problems: readonly PlacedProblem[];
  checking: Checking;
  view: EditorView | null;
  onRepair: (repair: Repair) => void;
}

const WORDS = { error: "Error", warning: "Warning", info: "Advice" } as const;

/** What the checker says, in the order of the text; each line leads to its place. */
export function ProblemsList({ problems, checking, view, onRepair }: Props) {
  return (
    <>
      {checking.error && (
        <Text role="status" fz="sm" mb="xs">
          The text is not checked at the moment: {checking.error.message} Nothing of it is lost.
        </Text>
      )}
      {problems.length === 0 && checking.checked && !checking.error && (
        <Text fz="sm" c="dimmed">
          The checker has nothing to say about this text.
        </Text>
      )}
      <ul className={classes.list ?? ""}>
        {problems.map((each) => (
          <ProblemLine
            key={`${each.problem.code} ${each.from} ${each.problem.message}`}
            placed={each}
            text={checking.text}
            onGo={() => view && goTo(view, each.from, each.to)}
            onRepair={onRepair}
          />
        ))}
      </ul>
    </>
  );
}

interface LineProps {
  placed: PlacedProblem;
  text: string;
  onGo: () => void;
  onRepair: (repair: Repair) => void;
}

function ProblemLine({ placed, text, onGo, onRepair }: LineProps) {
  const { problem } = placed;
  const repair = repairOf(text, placed);
  return (
    <li className={classes.line ?? ""}>
      <button type="button" className={classes.problem ?? ""} data-severity={problem.severity} onClick={onGo}>
        <span className={classes.severity ?? ""}>{WORDS[problem.severity]}</span>
        <span className={classes.message ?? ""}>
          {problem.message}
          {problem.hint && <span className={classes.hint ?? ""}> {problem.hint}</span>}
        </span>
        <span className={classes.where ?? ""}>
          {problem.code}
          {problem.line > 0 && ` · line ${problem.line}`}
        </span>
      </button>
      {repair && (
        <Group gap={0}>
          <Button size="compact-xs" variant="default" onClick={() => onRepair(repair)}>
            {repair.name}
          </Button>
        </Group>
      )}
    </li>
  );
}
