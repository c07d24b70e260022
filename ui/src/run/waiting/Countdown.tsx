import { Text, Tooltip } from "@mantine/core";

import { useNow } from "@/components/clock";
import { at, duration } from "@/components/time";

/** How much time is left until a moment, second by second. */
export function Countdown({ until, what }: { until: string; what: string }) {
  const left = Date.parse(until) - useNow();
  return (
    <Tooltip label={at(until)}>
      <Text component="time" dateTime={until} fz="sm" style={{ fontVariantNumeric: "tabular-nums" }}>
        {left > 0 ? `${what} ${wholeSeconds(left)}` : "the time is over"}
      </Text>
    </Tooltip>
  );
}

/** A countdown in tenths of seconds would only flicker. */
const wholeSeconds = (milliseconds: number): string =>
  duration(Math.max(1000, Math.ceil(milliseconds / 1000) * 1000)).replace(".0 s", " s");
