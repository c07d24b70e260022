import type { Scope } from "@/api/deed";
import { may, scopes, whyNot } from "./scopes";
import { useSession } from "./useSession";

/** The id of the sentence that says why a scope is not allowed. */
export const reasonId = (scope: Scope): string => `why-not-${scope.replace(":", "-")}`;

/** The sentences that everything points at that is not allowed, once in a page. */
export function Reasons() {
  const session = useSession();
  if (session === null) return null;
  return (
    <div hidden>
      {scopes
        .filter((scope) => !may(session, scope))
        .map((scope) => (
          <p key={scope} id={reasonId(scope)}>
            {whyNot(session, scope)}
          </p>
        ))}
    </div>
  );
}
