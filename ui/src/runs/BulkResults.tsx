import { Code, Stack, Text } from "@mantine/core";

import type { BulkFailure } from "@/api/bulk";
import { byReason, type Verb } from "./bulk";
import { RunList } from "./RunList";

interface Props {
  verb: Verb;
  done: readonly string[];
  failed: readonly BulkFailure[];
  more: boolean;
}

/** What became of the runs: how many it was done with, and with which it was not, by the reason. */
export function BulkResults({ verb, done, failed, more }: Props) {
  return (
    <Stack gap="xs" role="status">
      <Text fz="sm">
        {done.length.toLocaleString("en")} {verb.done}
        {failed.length > 0 && `, ${failed.length.toLocaleString("en")} not`}.{more && " There are more."}
      </Text>
      {byReason(failed).map(({ code, detail, runs }) => (
        <div key={code}>
          <Text fz="sm">
            <Code>{code}</Code> {runs.length > 1 && `${runs.length} times, such as: `}
            {detail}
          </Text>
          <RunList ids={runs} />
        </div>
      ))}
    </Stack>
  );
}
