import { Text, Tooltip } from "@mantine/core";

import { useNow } from "./clock";
import { ago, at, between, duration } from "./time";

/** How long ago, exactly on hover; it goes on by itself. */
export function Moment({ at: moment }: { at: string }) {
  const now = useNow();
  return (
    <Tooltip label={at(moment)} openDelay={300}>
      <Text component="time" dateTime={moment} inherit style={{ whiteSpace: "nowrap" }}>
        {ago(moment, now)}
      </Text>
    </Tooltip>
  );
}

/** How long something took, or takes so far. */
export function Took({ from, to }: { from: string; to: string | null }) {
  const now = useNow(to === null);
  return (
    <Text component="span" inherit style={{ whiteSpace: "nowrap", fontVariantNumeric: "tabular-nums" }}>
      {duration(between(from, to, now))}
    </Text>
  );
}
