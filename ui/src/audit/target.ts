/** Where what an act was done to is shown; null when that is no page. */
export type TargetPage =
  | { readonly to: "/runs/$runId"; readonly params: { readonly runId: string } }
  | { readonly to: "/scenarios/$scenarioId"; readonly params: { readonly scenarioId: string } }
  | { readonly to: "/schedules/$name" | "/hooks/$name"; readonly params: { readonly name: string } }
  | { readonly to: "/tools/$server/$tool"; readonly params: { readonly server: string; readonly tool: string } }
  | { readonly to: "/keys"; readonly params: Record<never, never> };

const RUN_ID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;
const NAME = /^[A-Za-z0-9_-]{1,128}$/;

/** The page of a target, by the family of the act; whatever has not the form of one gets no link. */
export function targetPage(action: string, target: string): TargetPage | null {
  if (RUN_ID.test(target)) return { to: "/runs/$runId", params: { runId: target } };
  const [family] = action.split(".");
  if (family === "tool") {
    const [server = "", tool = "", ...more] = target.split("/");
    return NAME.test(server) && tool !== "" && more.length === 0
      ? { to: "/tools/$server/$tool", params: { server, tool } }
      : null;
  }
  if (!NAME.test(target)) return null;
  if (family === "scenario" || action === "run.start")
    return { to: "/scenarios/$scenarioId", params: { scenarioId: target } };
  if (family === "schedule") return { to: "/schedules/$name", params: { name: target } };
  if (family === "hook") return { to: "/hooks/$name", params: { name: target } };
  return family === "key" ? { to: "/keys", params: {} } : null;
}
