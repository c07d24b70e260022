import { useQueryClient } from "@tanstack/react-query";

import { type RevisionSummary, revisionQuery, saveInPlaceOf } from "@/api/scenarioHistory";
import { scenarioKeys } from "@/api/scenarios";
import { ConfirmButton } from "@/components/ConfirmButton";
import { useShown } from "../shown";
import { nameOf } from "./pair";

/** Makes an old revision the current one again, which is a new revision; nothing is lost. */
export function RestoreButton({ revision }: { revision: RevisionSummary }) {
  const { text } = useShown();
  const cache = useQueryClient();
  const { number } = revision;
  if (number === null || revision.revision === text.revision) return null;
  const restore = async () => {
    const document = await cache.fetchQuery(revisionQuery(text.scenario_id, number));
    await saveInPlaceOf(text.scenario_id, text.revision, document);
    await cache.invalidateQueries({ queryKey: scenarioKeys.all });
  };
  return (
    <ConfirmButton
      to={saveInPlaceOf}
      size="compact-xs"
      question={`Restore ${nameOf(revision)}?`}
      explanation="Its document is saved again as a new revision. Runs that are at work go on with what they began with."
      verb="Restore it"
      act={restore}
      aria-label={`Restore ${nameOf(revision)}`}
    >
      Restore
    </ConfirmButton>
  );
}
