import { Outlet, useRouterState } from "@tanstack/react-router";

import { NoAccess } from "./NoAccess";
import { may } from "./scopes";
import { useSession } from "./useSession";

/** The page of the address, for whom it is. What it needs stands at its route. */
export function PageGate() {
  const needs = useRouterState({ select: ({ matches }) => matches.at(-1)?.staticData.needs });
  const session = useSession();
  const shut = needs !== undefined && session !== null && !may(session, needs);
  return shut ? <NoAccess scope={needs} /> : <Outlet />;
}
