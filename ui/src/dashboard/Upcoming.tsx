import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";

import { schedulesQuery } from "@/api/triggers";
import { useReading } from "@/components/clock";
import { ago, at } from "@/components/time";
import classes from "./lists.module.css";
import { Panel, Quiet } from "./Panel";

const SHOWN = 5;

/** The schedules that start a run next. */
export function Upcoming() {
  const { data, error } = useQuery(schedulesQuery());
  const next = (data ?? [])
    .flatMap(({ name, scenario_id, next: slot }) => (slot === null ? [] : [{ name, scenario_id, slot }]))
    .toSorted((one, other) => Date.parse(one.slot) - Date.parse(other.slot))
    .slice(0, SHOWN);
  const broken = (data ?? []).filter(({ problems }) => problems.some(({ severity }) => severity === "error")).length;
  return (
    <Panel title="Coming up" error={error} link={<Link to="/triggers">All schedules</Link>}>
      {next.length > 0 && (
        <ul className={classes.list}>
          {next.map((slot) => (
            <Slot key={slot.name} {...slot} />
          ))}
        </ul>
      )}
      {next.length === 0 && <Quiet>{data ? "No schedule starts anything." : "Looking …"}</Quiet>}
      {broken > 0 && <Quiet>{broken === 1 ? "One schedule is broken." : `${broken} schedules are broken.`}</Quiet>}
    </Panel>
  );
}

function Slot({ name, scenario_id, slot }: { name: string; scenario_id: string | null; slot: string }) {
  const left = useReading((now) => ago(slot, now));
  return (
    <li className={classes.item}>
      <div className={classes.line}>
        <Link to="/schedules/$name" params={{ name }} className={classes.link} title={name}>
          {name}
        </Link>
        <time dateTime={slot} title={at(slot)}>
          {left}
        </time>
      </div>
      <div className={classes.facts}>
        <span>{scenario_id}</span>
      </div>
    </li>
  );
}
