import { Outlet, useRouterState } from "@tanstack/react-router";
import { lazy, Suspense } from "react";

import { Shell } from "@/app/Shell";
import { Reasons } from "@/session/Reasons";
import { useStanding } from "@/session/useSession";

const EndedCover = lazy(() => import("@/session/EndedCover"));

/** Everything that is shown. Signing in stands alone; all other pages stand in the shell. */
export function Root() {
  // By what is rendered, not by the address, which is ahead of it.
  const alone = useRouterState({ select: ({ matches }) => matches.at(-1)?.pathname === "/sign-in" });
  const { ended } = useStanding();
  if (alone) return <Outlet />;
  return (
    <>
      {/* What is below the cover keeps what was typed, and nobody sees it. */}
      <div inert={ended} style={ended ? { visibility: "hidden" } : undefined}>
        <Shell />
      </div>
      <Reasons />
      <Suspense>{ended && <EndedCover />}</Suspense>
    </>
  );
}
