import { Link } from "@tanstack/react-router";

import { ApiError } from "@/api/client";
import { EmptyState } from "@/components/EmptyState";
import { Failure } from "@/components/Failure";
import { PageHeader } from "@/components/PageHeader";

/** A run that there is not, or not any more; or one that could not be read. */
export function RunGone({ error }: { error: Error | null }) {
  const gone = error instanceof ApiError && (error.status === 404 || error.status === 422);
  return (
    <>
      <PageHeader title="Run" />
      {gone ? (
        <EmptyState title="There is no such run" action={<Link to="/runs">Go to the runs</Link>}>
          {error.message}
          <br />
          It may have been removed.
        </EmptyState>
      ) : (
        <Failure error={error} title="The run could not be read" onRetry={() => globalThis.location.reload()} />
      )}
    </>
  );
}
