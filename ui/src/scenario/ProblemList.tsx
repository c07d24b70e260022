import { Code, Text } from "@mantine/core";

import type { Diagnostic } from "@/api/scenarios";
import classes from "./ProblemList.module.css";

/** What the checker says, each with its place, for those who do not look for marks in a text. */
export function ProblemList({ of: problems }: { of: readonly Diagnostic[] }) {
  if (problems.length === 0) return null;
  return (
    <ul className={classes.list} aria-label="Problems">
      {problems.map((problem) => (
        <li key={`${problem.code} ${problem.pointer} ${problem.message}`} className={classes.problem}>
          <span className={classes.severity} data-severity={problem.severity}>
            {problem.severity}
          </span>
          <Text component="span" fz="sm" className={classes.message ?? ""}>
            {problem.message} {problem.hint}
          </Text>
          <span className={classes.where}>
            <Code>{problem.code}</Code>
            {problem.line > 0 ? ` line ${problem.line}` : ` ${problem.pointer}`}
          </span>
        </li>
      ))}
    </ul>
  );
}
