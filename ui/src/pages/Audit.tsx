import { Button, Group, Loader, Text } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useMemo } from "react";

import { type AuditFilter, auditExport, auditQuery } from "@/api/audit";
import { AuditFilters } from "@/audit/AuditFilters";
import { AuditTable } from "@/audit/AuditTable";
import { auditFilter } from "@/audit/filter";
import { EmptyState } from "@/components/EmptyState";
import { Failure } from "@/components/Failure";
import { PageHeader } from "@/components/PageHeader";

/** Who did what. */
export function Audit() {
  const search = useSearch({ from: "/audit" });
  const navigate = useNavigate({ from: "/audit" });
  const filter = useMemo(() => auditFilter(search, Date.now()), [search]);
  const onChange = (changed: Parameters<typeof AuditFilters>[0]["search"] | object) =>
    void navigate({ search: (before) => ({ ...before, ...changed }), replace: true, resetScroll: false });
  return (
    <>
      <PageHeader
        title="Audit log"
        subtitle="Who changed what, and when. Entries are added, and never changed or removed."
        actions={<Exports filter={filter} />}
      />
      <AuditFilters search={search} onChange={onChange} />
      <Entries filter={filter} onPick={onChange} />
    </>
  );
}

function Exports({ filter }: { filter: AuditFilter }) {
  return (["jsonl", "csv"] as const).map((format) => (
    <Button
      key={format}
      component="a"
      variant="default"
      href={auditExport(filter, format)}
      download={`audit.${format}`}
      leftSection={<IconDownload size={15} aria-hidden />}
      aria-label={`Download as ${format.toUpperCase()} what this finds`}
    >
      {format.toUpperCase()}
    </Button>
  ));
}

interface EntriesProps {
  filter: AuditFilter;
  onPick: Parameters<typeof AuditTable>[0]["onPick"];
}

function Entries({ filter, onPick }: EntriesProps) {
  const pages = useInfiniteQuery({
    ...auditQuery(filter),
    // Who reads further back is not to be pulled up: then the first page alone would be worth a look.
    refetchInterval: (query) => ((query.state.data?.pages.length ?? 1) === 1 ? 15_000 : false),
  });
  const entries = useMemo(() => pages.data?.pages.flatMap((page) => page.entries) ?? [], [pages.data]);
  if (pages.error && !pages.data) return <Failure error={pages.error} onRetry={() => void pages.refetch()} />;
  if (pages.isPending) return <Loader size="sm" role="status" aria-label="Loading the log" />;
  if (entries.length === 0) return <Nothing filtered={Object.keys(filter).length > 0} />;
  return (
    <>
      <AuditTable of={entries} onPick={onPick} />
      <Group justify="center" py="md">
        {pages.hasNextPage ? (
          <Button variant="default" loading={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
            Show older acts
          </Button>
        ) : (
          <Text fz="xs" c="dimmed">
            {entries.length === 1 ? "That is the only one." : `These are all ${entries.length.toLocaleString("en")}.`}
          </Text>
        )}
      </Group>
    </>
  );
}

function Nothing({ filtered }: { filtered: boolean }) {
  if (filtered) {
    return (
      <EmptyState title="No act fits">Take a filter away, or look further back. Names are written in full.</EmptyState>
    );
  }
  return (
    <EmptyState title="Nothing was done yet">
      Whoever starts, answers, cancels or removes a run, saves a scenario, makes a key or signs in is written down here
      before it is done. What only looks is not.
    </EmptyState>
  );
}
