import { lazy, type ReactElement, Suspense } from "react";

import { type Scoped, scopeOf } from "@/api/deed";
import { useWhyNot } from "./useSession";

// Who may do everything never needs it.
const Refused = lazy(() => import("./Refused"));

export interface Offer {
  className?: string | undefined;
}

interface Props {
  /** What the child does or leads to. */
  to: Scoped;
  /** A button, a link that looks like one, or an item of a menu. */
  children: ReactElement<Offer>;
}

/**
 * What is offered, for whom it is. For the others it stands there and does nothing, and says why: to those who point at it,
 * and to those who come to it by keyboard.
 */
export function Allowed({ to, children }: Props) {
  const reason = useWhyNot(to);
  if (reason === null) return children;
  return (
    <Suspense>
      <Refused reason={reason} scope={scopeOf(to)}>
        {children}
      </Refused>
    </Suspense>
  );
}
