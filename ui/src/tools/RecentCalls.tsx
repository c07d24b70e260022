import { Button, Group, Stack, Text, Title, UnstyledButton } from "@mantine/core";

import { Moment } from "@/components/Moment";
import { type Call, useCalls } from "./calls";
import classes from "./RecentCalls.module.css";

interface Props {
  server: string;
  tool: string;
  shown: Call | null;
  onShow: (call: Call) => void;
  onRepeat: (call: Call) => void;
}

/** The calls of this tool in this session, to look at again and to repeat. */
export function RecentCalls({ server, tool, shown, onShow, onRepeat }: Props) {
  const calls = useCalls().filter((call) => call.server === server && call.tool === tool);
  if (calls.length === 0) return null;
  return (
    <section aria-label="Recent calls">
      <Title order={2} mt="lg" mb="xs">
        Recent calls
      </Title>
      <Stack gap={0} component="ul" className={classes.list ?? ""}>
        {calls.map((call) => (
          <li key={call.id} className={classes.row}>
            <UnstyledButton
              className={classes.look ?? ""}
              aria-current={shown?.id === call.id}
              onClick={() => onShow(call)}
              title={JSON.stringify(call.arguments)}
            >
              <Group gap="sm" wrap="nowrap">
                <Text component="span" fz="sm" fw={550} c={outcome(call).colour}>
                  {outcome(call).word}
                </Text>
                <Text component="span" fz="xs" ff="monospace" truncate miw={0}>
                  {JSON.stringify(call.arguments)}
                </Text>
              </Group>
            </UnstyledButton>
            <Text component="span" fz="xs" c="dimmed">
              <Moment at={call.started_at} />
            </Text>
            <Button size="compact-xs" variant="default" onClick={() => onRepeat(call)}>
              Fill in again
            </Button>
          </li>
        ))}
      </Stack>
      <Text fz="xs" c="dimmed" mt={6}>
        Kept in this window until it is closed or reloaded.
      </Text>
    </section>
  );
}

function outcome(call: Call): { word: string; colour: string } {
  const last = call.exchanges.at(-1);
  if (call.state === "working") return { word: "at work", colour: "var(--status-running)" };
  if (call.state === "asks") return { word: "asks", colour: "var(--status-waiting)" };
  if (call.state === "stopped") return { word: "stopped", colour: "var(--status-cancelled)" };
  const failed = last?.error !== null || last.response?.is_error === true;
  return failed
    ? { word: "error", colour: "var(--status-failed)" }
    : { word: "result", colour: "var(--status-success)" };
}
