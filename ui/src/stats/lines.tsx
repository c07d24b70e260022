import { Link } from "@tanstack/react-router";

import type { Stats } from "@/api/stats";
import type { Line } from "./FiguresTable";

/** A line for each scenario, whose name leads to its runs of that time. */
export const scenarioLines = ({ scenarios }: Stats, since: string): readonly Line[] =>
  scenarios.map(({ scenario_id, runs, ...figures }) => ({
    ...figures,
    key: scenario_id,
    count: runs,
    name: (
      <Link to="/runs" search={{ scenario_id, started_after: since }} title={`Runs of ${scenario_id}`}>
        {scenario_id}
      </Link>
    ),
  }));

/** A line for each tool; one whose server is not known is no page. */
export const toolLines = ({ tools }: Stats): readonly Line[] =>
  tools.map(({ server, tool, calls, ...figures }) => ({
    ...figures,
    key: `${server ?? ""}/${tool}`,
    count: calls,
    cancelled: Math.max(calls - figures.success - figures.failed, 0),
    name:
      server === null ? (
        tool
      ) : (
        <Link to="/tools/$server/$tool" params={{ server, tool }} title={`${server}/${tool}`}>
          {server}/{tool}
        </Link>
      ),
  }));
