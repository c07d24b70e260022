import { Button, Group, Text } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { lazy, Suspense, useEffect, useMemo, useRef, useState } from "react";

import { type RunFilter, type RunRow, runPagesQuery } from "@/api/runs";
import { EmptyState } from "@/components/EmptyState";
import { Failure } from "@/components/Failure";
import { BulkBar } from "./BulkBar";
import { useHeldBack } from "./heldBack";
import classes from "./RunPages.module.css";
import { RunsTable } from "./RunsTable";
import { useTicks } from "./ticks";

const RunMenu = lazy(() => import("./RunMenu"));

/** Rows that come by themselves as somebody scrolls; further ones on demand, so that the end of the page can be reached. */
const BY_ITSELF = 1000;

interface Props {
  filter: RunFilter;
}

/** All runs that a filter finds, page after page, and what can be done with them. */
export function RunPages({ filter }: Props) {
  const pages = useInfiniteQuery(runPagesQuery(filter));
  const runs = useMemo(() => pages.data?.pages.flatMap((page) => page.runs) ?? [], [pages.data]);
  const { shown, held, release } = useHeldBack(runs);
  const chosen = useTicks(shown);
  const [menu, setMenu] = useState<{ run: RunRow; button: HTMLButtonElement } | null>(null);
  const closeMenu = () => {
    menu?.button.focus();
    setMenu(null);
  };
  if (pages.error && !pages.data) return <Failure error={pages.error} onRetry={() => void pages.refetch()} />;
  if (pages.isPending) return <Text c="dimmed">Loading …</Text>;
  return (
    <>
      <BulkBar chosen={chosen} filter={filter} any={runs.length > 0} />
      <div role="status" className={classes.news}>
        {held > 0 && (
          <Button radius="xl" onClick={release}>
            {held === 1 ? "1 new run" : `${held} new runs`} ↑
          </Button>
        )}
      </div>
      <RunsTable
        runs={shown}
        label="Runs"
        keys
        ticks={chosen}
        onMenu={(run, button) => setMenu({ run, button })}
        empty={<NoRuns filtered={Object.keys(filter).length > 0} />}
      />
      <More
        count={shown.length}
        more={pages.hasNextPage}
        busy={pages.isFetchingNextPage}
        onMore={() => void pages.fetchNextPage()}
      />
      <Suspense>{menu && <RunMenu key={menu.run.run_id} {...menu} onClose={closeMenu} />}</Suspense>
    </>
  );
}

function NoRuns({ filtered }: { filtered: boolean }) {
  if (filtered) return <EmptyState title="No run fits">Take a filter away, or look further back.</EmptyState>;
  return (
    <EmptyState title="There are no runs yet">
      A run appears here as soon as somebody, a schedule, a hook or an MCP client starts a scenario.
    </EmptyState>
  );
}

interface MoreProps {
  count: number;
  more: boolean;
  busy: boolean;
  onMore: () => void;
}

/** The end of what was loaded: the next page comes when it is seen. */
function More({ count, more, busy, onMore }: MoreProps) {
  const end = useRef<HTMLDivElement>(null);
  const latest = useRef(onMore);
  useEffect(() => {
    latest.current = onMore;
  });
  const waits = more && !busy && count < BY_ITSELF;
  useEffect(() => {
    if (!waits || !end.current) return;
    const seen = new IntersectionObserver((entries) => {
      if (entries.some((entry) => entry.isIntersecting)) latest.current();
    });
    seen.observe(end.current);
    return () => seen.disconnect();
  }, [waits]);
  if (count === 0) return null;
  return (
    <Group ref={end} justify="center" py="md" mih={64}>
      {more ? (
        <Button variant="default" loading={busy} onClick={onMore}>
          Show older runs
        </Button>
      ) : (
        <Text fz="xs" c="dimmed">
          {count === 1 ? "That is the only one." : `These are all ${count.toLocaleString("en")}.`}
        </Text>
      )}
    </Group>
  );
}
