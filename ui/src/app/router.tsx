import { createRootRoute, createRoute, createRouter, lazyRouteComponent, redirect } from "@tanstack/react-router";

import type { Scope } from "@/api/deed";
import { NotFound } from "@/app/NotFound";
import { PageFailed } from "@/app/PageFailed";
import { Root } from "@/app/Root";
import {
  auditSearch,
  compareSearch,
  runSearch,
  runsSearch,
  scenarioSearch,
  scenariosSearch,
  signInSearch,
  statsSearch,
  toolSearch,
} from "@/app/searches";
import { keeper } from "@/session/keeper";
import { isSignedIn } from "@/session/standing";

const root = createRootRoute({
  component: Root,
  notFoundComponent: NotFound,
  // Who it is is known before the first page.
  beforeLoad: async ({ location }) => {
    const session = keeper.standing().session ?? (await keeper.load());
    if (isSignedIn(session) || location.pathname === "/sign-in") return;
    throw redirect({ to: "/sign-in", search: location.href === "/" ? {} : { next: location.href }, replace: true });
  },
});

const page = { getParentRoute: () => root } as const;

/** One page per route, each in a file of its own that is loaded when somebody goes there. */
const routes = [
  createRoute({ ...page, path: "/", component: lazyRouteComponent(() => import("@/pages/Dashboard"), "Dashboard") }),
  createRoute({
    ...page,
    path: "/scenarios",
    validateSearch: scenariosSearch,
    component: lazyRouteComponent(() => import("@/pages/Scenarios"), "Scenarios"),
  }),
  createRoute({
    ...page,
    path: "/scenarios/$scenarioId",
    validateSearch: scenarioSearch,
    component: lazyRouteComponent(() => import("@/pages/Scenario"), "Scenario"),
  }),
  createRoute({
    ...page,
    path: "/scenarios/$scenarioId/edit",
    staticData: { needs: "scenarios:write" },
    component: lazyRouteComponent(() => import("@/pages/Editor"), "Editor"),
  }),
  createRoute({
    ...page,
    path: "/new/scenario",
    staticData: { needs: "scenarios:write" },
    component: lazyRouteComponent(() => import("@/pages/NewScenario"), "NewScenario"),
  }),
  createRoute({
    ...page,
    path: "/runs",
    validateSearch: runsSearch,
    component: lazyRouteComponent(() => import("@/pages/Runs"), "Runs"),
  }),
  createRoute({
    ...page,
    path: "/runs/compare",
    validateSearch: compareSearch,
    component: lazyRouteComponent(() => import("@/pages/Compare"), "Compare"),
  }),
  createRoute({
    ...page,
    path: "/runs/$runId",
    validateSearch: runSearch,
    component: lazyRouteComponent(() => import("@/pages/Run"), "Run"),
  }),
  createRoute({ ...page, path: "/tools", component: lazyRouteComponent(() => import("@/pages/Tools"), "Tools") }),
  createRoute({
    ...page,
    path: "/tools/$server/$tool",
    validateSearch: toolSearch,
    component: lazyRouteComponent(() => import("@/pages/Tool"), "Tool"),
  }),
  createRoute({
    ...page,
    path: "/triggers",
    component: lazyRouteComponent(() => import("@/pages/Triggers"), "Triggers"),
  }),
  createRoute({
    ...page,
    path: "/new/schedule",
    staticData: { needs: "triggers:write" },
    component: lazyRouteComponent(() => import("@/pages/NewSchedule"), "NewSchedule"),
  }),
  createRoute({
    ...page,
    path: "/new/hook",
    staticData: { needs: "triggers:write" },
    component: lazyRouteComponent(() => import("@/pages/NewHook"), "NewHook"),
  }),
  createRoute({
    ...page,
    path: "/schedules/$name",
    component: lazyRouteComponent(() => import("@/pages/Schedule"), "Schedule"),
  }),
  createRoute({ ...page, path: "/hooks/$name", component: lazyRouteComponent(() => import("@/pages/Hook"), "Hook") }),
  createRoute({
    ...page,
    path: "/sign-in",
    validateSearch: signInSearch,
    component: lazyRouteComponent(() => import("@/pages/SignIn"), "SignIn"),
  }),
  createRoute({
    ...page,
    path: "/stats",
    validateSearch: statsSearch,
    staticData: { needs: "stats:read" },
    component: lazyRouteComponent(() => import("@/pages/Stats"), "Stats"),
  }),
  createRoute({
    ...page,
    path: "/keys",
    staticData: { needs: "keys:manage" },
    component: lazyRouteComponent(() => import("@/pages/Keys"), "Keys"),
  }),
  createRoute({
    ...page,
    path: "/audit",
    validateSearch: auditSearch,
    staticData: { needs: "audit:read" },
    component: lazyRouteComponent(() => import("@/pages/Audit"), "Audit"),
  }),
  createRoute({
    ...page,
    path: "/settings",
    component: lazyRouteComponent(() => import("@/pages/Settings"), "Settings"),
  }),
] as const;

export const router = createRouter({
  routeTree: root.addChildren(routes),
  defaultPreload: "intent",
  defaultErrorComponent: PageFailed,
  scrollRestoration: true,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
  interface StaticDataRouteOption {
    /** Without which the page is not shown. */
    needs?: Scope;
  }
}
