import { useMantineColorScheme } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import { useMemo } from "react";
import type { Scope } from "@/api/deed";
import { saveText } from "@/api/editing";
import { startRun } from "@/api/runActions";
import { type RunRow, runsQuery } from "@/api/runs";
import { scenariosQuery } from "@/api/scenarios";
import type { Session } from "@/api/session";
import { toolsQuery } from "@/api/tools";
import { hooksQuery, schedulesQuery } from "@/api/triggers";
import { placesFor } from "@/app/places";
import { useShortcuts } from "@/app/shortcuts";
import { ago } from "@/components/time";
import { shortId } from "@/runs/shortId";
import { may } from "@/session/scopes";
import { useMay, useSession } from "@/session/useSession";
import { type Item, maybeRunId, pastedRun } from "./items";

type Router = ReturnType<typeof useRouter>;

/** Everything that can be reached and done from here. */
export function useItems(query: string): readonly Item[] {
  const router = useRouter();
  const session = useSession();
  const theme = useThemeItems();
  const page = usePageItems();
  const scenarios = useScenarioItems(router);
  const runs = useRunItems(router, query);
  const rest = useOtherItems(router);
  return useMemo(
    () => [...page, ...runs, ...placeItems(router, session), ...scenarios, ...rest, ...theme],
    [page, runs, router, session, scenarios, rest, theme],
  );
}

/** The actions of this page; those of the palette itself and of places are offered otherwise. */
function usePageItems(): readonly Item[] {
  const shortcuts = useShortcuts();
  return useMemo(
    () =>
      shortcuts
        .filter((shortcut) => shortcut.where === "page" && shortcut.offered)
        .map(({ keys, description, run }) => ({
          id: `page ${keys} ${description}`,
          group: "This page",
          label: description,
          keys,
          act: run,
        })),
    [shortcuts],
  );
}

function placeItems(router: Router, session: Session | null): readonly Item[] {
  const made = [
    { to: "/new/scenario", label: "New scenario", needs: "scenarios:write" },
    { to: "/new/schedule", label: "New schedule", needs: "triggers:write" },
    { to: "/new/hook", label: "New hook", needs: "triggers:write" },
    { to: "/runs/compare", label: "Compare two runs", needs: "runs:read" },
  ] as const;
  return [...placesFor(session), ...made.filter(({ needs }) => allowed(session, needs))].map((place) => ({
    id: `place ${place.to}`,
    group: "Go to",
    label: place.label,
    ...("keys" in place && { keys: place.keys }),
    act: () => void router.navigate({ to: place.to }),
  }));
}

const allowed = (session: Session | null, scope: Scope): boolean => session === null || may(session, scope);

function useScenarioItems(router: Router): readonly Item[] {
  const [mayRun, mayEdit] = [useMay(startRun), useMay(saveText)];
  const { data = [] } = useQuery(scenariosQuery());
  return useMemo(
    () =>
      data.flatMap(({ scenario_id: scenarioId, name }) => {
        const common = { group: "Scenarios", detail: name === scenarioId ? "" : name } as const;
        const params = { scenarioId };
        const go = (act: () => Promise<void>) => () => void act();
        return [
          {
            ...common,
            id: `open ${scenarioId}`,
            label: scenarioId,
            act: go(() => router.navigate({ to: "/scenarios/$scenarioId", params })),
          },
          mayRun && {
            ...common,
            id: `run ${scenarioId}`,
            label: `Run ${scenarioId}`,
            asked: true,
            act: go(() => router.navigate({ to: "/scenarios/$scenarioId", params, search: { run: true } })),
          },
          mayEdit && {
            ...common,
            id: `edit ${scenarioId}`,
            label: `Edit ${scenarioId}`,
            asked: true,
            act: go(() => router.navigate({ to: "/scenarios/$scenarioId/edit", params })),
          },
        ].filter((item) => item !== false);
      }),
    [data, router, mayRun, mayEdit],
  );
}

/** The latest runs, and those whose id has what was typed. */
function useRunItems(router: Router, query: string): readonly Item[] {
  const text = query.trim();
  const latest = useQuery(runsQuery({}, 20));
  const found = useQuery({ ...runsQuery({ q: text }, 5), enabled: maybeRunId(text) });
  return useMemo(() => {
    const rows = new Map([...(latest.data?.runs ?? []), ...(found.data?.runs ?? [])].map((run) => [run.run_id, run]));
    const open = (runId: string) => void router.navigate({ to: "/runs/$runId", params: { runId } });
    const pasted = pastedRun(text);
    const items = [...rows.values()].map((run, index) => runItem(run, index, open));
    if (pasted === null || rows.has(pasted)) return items;
    return [...items, { id: `run ${pasted}`, group: "Runs", label: `Run ${text}`, act: () => open(pasted) }];
  }, [latest.data, found.data, router, text]);
}

const OFFERED = 5;

const runItem = (run: RunRow, index: number, open: (runId: string) => void): Item => ({
  id: `run ${run.run_id}`,
  group: "Runs",
  label: `${run.scenario_id} ${shortId(run.run_id)}`,
  detail: `${run.status}, ${ago(run.started_at)} · ${run.run_id}`,
  asked: index >= OFFERED,
  act: () => open(run.run_id),
});

function useOtherItems(router: Router): readonly Item[] {
  const tools = useQuery(toolsQuery());
  const schedules = useQuery(schedulesQuery());
  const hooks = useQuery(hooksQuery());
  return useMemo(
    () => [
      ...(tools.data?.tools ?? []).map(
        ({ server, name }): Item => ({
          id: `tool ${server} ${name}`,
          group: "Tools",
          label: `${server} / ${name}`,
          asked: true,
          act: () => void router.navigate({ to: "/tools/$server/$tool", params: { server, tool: name } }),
        }),
      ),
      ...(schedules.data ?? []).map(
        ({ name, scenario_id }): Item => ({
          id: `schedule ${name}`,
          group: "Schedules and hooks",
          label: name,
          detail: `Schedule of ${scenario_id ?? "nothing"}`,
          asked: true,
          act: () => void router.navigate({ to: "/schedules/$name", params: { name } }),
        }),
      ),
      ...(hooks.data ?? []).map(
        ({ name, scenario_id }): Item => ({
          id: `hook ${name}`,
          group: "Schedules and hooks",
          label: name,
          detail: `Hook of ${scenario_id ?? "nothing"}`,
          asked: true,
          act: () => void router.navigate({ to: "/hooks/$name", params: { name } }),
        }),
      ),
    ],
    [tools.data, schedules.data, hooks.data, router],
  );
}

const SCHEMES = { light: "Light", dark: "Dark", auto: "As the system has it" } as const;

function useThemeItems(): readonly Item[] {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return useMemo(
    () =>
      (["light", "dark", "auto"] as const)
        .filter((scheme) => scheme !== colorScheme)
        .map((scheme) => ({
          id: `theme ${scheme}`,
          group: "Theme",
          label: `Theme: ${SCHEMES[scheme]}`,
          act: () => setColorScheme(scheme),
        })),
    [colorScheme, setColorScheme],
  );
}
