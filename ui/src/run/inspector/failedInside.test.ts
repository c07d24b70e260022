import { expect, test } from "vitest";

import { execution } from "@/run/testing";
import { failedInside } from "./failedInside";

const error = (step: string) => ({ code: "ToolError", message: "no", step, attempt: 1, data: null });

test("a block names the steps that failed in it, and neither itself nor what failed with them", () => {
  const steps = [
    execution("all", "failed", [0, 9], { error: error("all[1].inner.read") }),
    execution("all[0].read", "success"),
    execution("all[1].inner", "failed", [0, 9], { error: error("all[1].inner.read") }),
    execution("all[1].inner.read", "failed", [0, 9], { error: error("all[1].inner.read") }),
    execution("all[2].read", "failed"),
    execution("allow", "failed"),
  ];
  expect(failedInside(steps, "all").map(({ path }) => path)).toEqual(["all[1].inner.read", "all[2].read"]);
  expect(failedInside(steps, "all[2].read")).toEqual([]);
});
