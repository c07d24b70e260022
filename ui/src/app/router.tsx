import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from "@tanstack/react-router";

import { NotFound } from "@/app/NotFound";
import { PageFailed } from "@/app/PageFailed";
import { Shell } from "@/app/Shell";
import { compareSearch, runSearch, runsSearch, scenarioSearch, scenariosSearch, toolSearch } from "@/app/searches";

const root = createRootRoute({ component: Shell, notFoundComponent: NotFound });

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
    component: lazyRouteComponent(() => import("@/pages/Editor"), "Editor"),
  }),
  createRoute({
    ...page,
    path: "/new/scenario",
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
    component: lazyRouteComponent(() => import("@/pages/NewSchedule"), "NewSchedule"),
  }),
  createRoute({
    ...page,
    path: "/new/hook",
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
}
