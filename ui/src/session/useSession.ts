import { useSyncExternalStore } from "react";

import { type Scoped, scopeOf } from "@/api/deed";
import type { Session } from "@/api/session";
import { keeper } from "./keeper";
import { may, whyNot } from "./scopes";
import type { Standing } from "./standing";

/** Who uses this tab. */
export const useStanding = (): Standing => useSyncExternalStore(keeper.subscribe, keeper.standing);

/** The session, which is known before any page is shown. Null in tests of parts of a page: then everything is allowed. */
export const useSession = (): Session | null => useStanding().session;

/** Whether the role allows it. */
export function useMay(needed: Scoped): boolean {
  const session = useSession();
  return session === null || may(session, scopeOf(needed));
}

/** Why the role does not allow it; null when it does. */
export function useWhyNot(needed: Scoped): string | null {
  const session = useSession();
  const scope = scopeOf(needed);
  return session === null || may(session, scope) ? null : whyNot(session, scope);
}
