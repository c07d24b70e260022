import { expect, test } from "vitest";
import type { Session } from "@/api/session";
import { whyNot } from "./scopes";

const somebody = (role: Session["role"]): Session =>
  ({ auth: "on", signed_in: true, role, scopes: [] }) as unknown as Session;

test("who has the wrong role is told the right one", () => {
  expect(whyNot(somebody("viewer"), "audit:read")).toBe(
    "Your role, viewer, may not see the audit log. The role admin may.",
  );
});

test("who has the right role and not every run is not told to have the role that they have", () => {
  expect(whyNot(somebody("admin"), "audit:read")).toBe(
    "You may not see the audit log: that takes somebody who may see every run, scenario and tool.",
  );
});
