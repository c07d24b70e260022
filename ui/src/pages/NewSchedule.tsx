import { useNavigate } from "@tanstack/react-router";

import { PageHeader } from "@/components/PageHeader";
import { ScheduleForm } from "@/triggers/ScheduleForm";

/** A schedule is made. */
export function NewSchedule() {
  const navigate = useNavigate();
  return (
    <>
      <PageHeader title="New schedule" subtitle="Starts a scenario by the clock, each slot once." />
      <ScheduleForm
        document={null}
        revision={null}
        onSaved={(name) => void navigate({ to: "/schedules/$name", params: { name } })}
        onCancel={() => void navigate({ to: "/triggers" })}
      />
    </>
  );
}
