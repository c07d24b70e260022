import {
  IconActivity,
  IconAdjustments,
  IconClock,
  IconFileText,
  IconHome,
  IconPlugConnected,
  type TablerIcon,
} from "@tabler/icons-react";

/** A place of the navigation; `holds` says whether an address lies in it. */
export interface Place {
  to: "/" | "/scenarios" | "/runs" | "/tools" | "/triggers" | "/settings";
  label: string;
  /** The shortcut that goes there. */
  keys: string;
  Icon: TablerIcon;
  holds: (pathname: string) => boolean;
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
  { to: "/settings", label: "Settings", keys: "g e", Icon: IconAdjustments, holds: under("/settings") },
];
