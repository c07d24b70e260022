import {
  IconActivity,
  IconAdjustments,
  IconChartBar,
  IconClock,
  IconFileText,
  IconHistory,
  IconHome,
  IconKey,
  IconPlugConnected,
  type TablerIcon,
} from "@tabler/icons-react";

import type { Scope } from "@/api/deed";
import type { Session } from "@/api/session";
import { may } from "@/session/scopes";

/** A place of the navigation; `holds` says whether an address lies in it. */
export interface Place {
  to: "/" | "/scenarios" | "/runs" | "/tools" | "/triggers" | "/stats" | "/keys" | "/audit" | "/settings";
  label: string;
  /** The shortcut that goes there. */
  keys: string;
  Icon: TablerIcon;
  holds: (pathname: string) => boolean;
  /** Without which it is not there. */
  needs?: Scope;
}

const under =
  (...prefixes: string[]) =>
  (pathname: string) =>
    prefixes.some((prefix) => pathname === prefix || pathname.startsWith(`${prefix}/`));

export const places: readonly Place[] = [
  { to: "/", label: "Dashboard", keys: "g d", Icon: IconHome, holds: (pathname) => pathname === "/" },
  { to: "/scenarios", label: "Scenarios", keys: "g s", Icon: IconFileText, holds: under("/scenarios") },
  { to: "/runs", label: "Runs", keys: "g r", Icon: IconActivity, holds: under("/runs") },
  { to: "/tools", label: "Tools", keys: "g t", Icon: IconPlugConnected, holds: under("/tools") },
  {
    to: "/triggers",
    label: "Schedules & hooks",
    keys: "g h",
    Icon: IconClock,
    holds: under("/triggers", "/schedules", "/hooks"),
  },
  { to: "/stats", label: "Statistics", keys: "g a", Icon: IconChartBar, holds: under("/stats"), needs: "stats:read" },
  { to: "/keys", label: "Keys", keys: "g k", Icon: IconKey, holds: under("/keys"), needs: "keys:manage" },
  { to: "/audit", label: "Audit log", keys: "g l", Icon: IconHistory, holds: under("/audit"), needs: "audit:read" },
  { to: "/settings", label: "Settings", keys: "g e", Icon: IconAdjustments, holds: under("/settings") },
];

/** The places that are there for this role. */
export const placesFor = (session: Session | null): readonly Place[] =>
  places.filter(({ needs }) => needs === undefined || session === null || may(session, needs));
