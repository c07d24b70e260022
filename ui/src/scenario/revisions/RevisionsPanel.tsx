import { Button, Stack, Text } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";

import { revisionsQuery } from "@/api/scenarioHistory";
import { EmptyState } from "@/components/EmptyState";
import { Failure } from "@/components/Failure";
import { useScenarioPlace } from "../place";
import { Comparison } from "./Comparison";
import { type Pair, pairOf } from "./pair";
import { RevisionsTable } from "./RevisionsTable";

/** What was saved of the scenario, and what two revisions differ in. */
export function RevisionsPanel() {
  const { scenarioId } = useScenarioPlace();
  const pages = useInfiniteQuery(revisionsQuery(scenarioId));
  const revisions = useMemo(() => pages.data?.pages.flat() ?? [], [pages.data]);
  const [chosen, choose] = useState<Partial<Pair>>({});
  if (pages.error && !pages.data)
    return <Failure error={pages.error} title="The revisions cannot be shown" onRetry={() => void pages.refetch()} />;
  if (pages.isPending) return <Text c="dimmed">Loading …</Text>;
  if (revisions.length === 0)
    return <EmptyState title="There is no revision">A text that is no scenario has none.</EmptyState>;
  const pair = pairOf(revisions, chosen);
  return (
    <Stack gap="lg">
      <div>
        <RevisionsTable revisions={revisions} pair={pair} onChoose={choose} />
        {pages.hasNextPage && (
          <Button
            mt="xs"
            variant="default"
            size="xs"
            loading={pages.isFetchingNextPage}
            onClick={() => void pages.fetchNextPage()}
          >
            Show older revisions
          </Button>
        )}
      </div>
      {pair ? (
        <Comparison pair={pair} />
      ) : (
        <Text fz="sm" c="dimmed">
          There is one revision. After the next change, the two can be compared here.
        </Text>
      )}
    </Stack>
  );
}
