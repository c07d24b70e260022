import { useQuery } from "@tanstack/react-query";

import { runsQuery } from "@/api/runs";
import { scenariosQuery } from "@/api/scenarios";
import { PageHeader } from "@/components/PageHeader";
import { Failures } from "@/dashboard/Failures";
import { FirstSteps } from "@/dashboard/FirstSteps";
import { Running } from "@/dashboard/Running";
import { LATEST, Scenarios } from "@/dashboard/Scenarios";
import { Servers } from "@/dashboard/Servers";
import { Upcoming } from "@/dashboard/Upcoming";
import { Waiting } from "@/dashboard/Waiting";
import classes from "./Dashboard.module.css";

/** What goes on, what needs somebody, and how it went of late. */
export function Dashboard() {
  const runs = useQuery(runsQuery({}, LATEST));
  const scenarios = useQuery(scenariosQuery());
  const first = runs.data?.runs.length === 0 && scenarios.data !== undefined;
  return (
    <>
      <PageHeader title="Dashboard" />
      <div className={classes.columns}>
        <div className={classes.column}>
          {first ? (
            <FirstSteps scenarios={scenarios.data} />
          ) : (
            <>
              <Waiting />
              <Running />
              <Failures />
            </>
          )}
        </div>
        <div className={classes.column}>
          {!first && <Scenarios />}
          <Servers />
          <Upcoming />
        </div>
      </div>
    </>
  );
}
