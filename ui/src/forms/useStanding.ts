import { useMemo, useState } from "react";

import { valueAt } from "./check/pointer";
import type { Problem } from "./check/problems";
import { same } from "./schema/merged";

/** The service's problems that still stand: a field that was changed since has none until it is sent again. */
export function useStanding(problems: readonly Problem[] | undefined, value: unknown): readonly Problem[] {
  const [told, setTold] = useState({ problems, value });
  if (told.problems !== problems) setTold({ problems, value });
  return useMemo(
    () => (told.problems ?? []).filter(({ pointer }) => same(valueAt(told.value, pointer), valueAt(value, pointer))),
    [told, value],
  );
}
