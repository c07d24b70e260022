import { Badge, Code, Table, Text } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";

import { type Key, keyKeys, revokeKey } from "@/api/keys";
import { ConfirmButton } from "@/components/ConfirmButton";
import { useNow } from "@/components/clock";
import { Moment } from "@/components/Moment";
import { RoleName } from "@/session/RoleName";
import classes from "./KeysTable.module.css";
import { stateOf } from "./standing";

/** Keys: whose they are, what they may, when they were used. */
export function KeysTable({ of: keys }: { of: readonly Key[] }) {
  const now = useNow();
  return (
    <Table.ScrollContainer
      minWidth={820}
      scrollAreaProps={{ viewportProps: { tabIndex: 0, "aria-label": "Keys", role: "region" } }}
    >
      <Table verticalSpacing="xs" aria-label="Keys">
        <Table.Thead>
          <Table.Tr className={classes.head}>
            <Table.Th>Name</Table.Th>
            <Table.Th>Role</Table.Th>
            <Table.Th>Runs</Table.Th>
            <Table.Th>Scenarios</Table.Th>
            <Table.Th>Tools</Table.Th>
            <Table.Th>Last used</Table.Th>
            <Table.Th>Expires</Table.Th>
            <Table.Th aria-label="Actions" />
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {keys.map((key) => (
            <Row key={key.key_id} of={key} now={now} />
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

function Row({ of: key, now }: { of: Key; now: number }) {
  const state = stateOf(key, now);
  return (
    <Table.Tr data-state={state} className={classes.row}>
      <Table.Td className={classes.name}>
        <Text fz="sm" fw={550} style={{ overflowWrap: "anywhere" }}>
          {key.name}
        </Text>
        <div className={classes.about}>
          <Code fz="xs">cs_{key.key_id}_…</Code>
          <span className={classes.by} title={`Made by ${key.created_by}`}>
            <Moment at={key.created_at} /> by {key.created_by}
          </span>
        </div>
      </Table.Td>
      <Table.Td>
        <RoleName role={key.role} />
      </Table.Td>
      <Table.Td>{key.every_run ? "all" : "own"}</Table.Td>
      <Table.Td>
        <Patterns of={key.scenarios} />
      </Table.Td>
      <Table.Td>
        <Patterns of={key.tools} />
      </Table.Td>
      <Table.Td>
        {key.last_used_at ? (
          <Moment at={key.last_used_at} />
        ) : (
          <Text c="dimmed" inherit>
            never
          </Text>
        )}
      </Table.Td>
      <Table.Td>
        <Until of={key} state={state} />
      </Table.Td>
      <Table.Td ta="end">{state === "counts" && <Revoke of={key} />}</Table.Td>
    </Table.Tr>
  );
}

function Patterns({ of: patterns }: { of: readonly string[] }) {
  if (patterns.includes("*")) return "all";
  if (patterns.length === 0) return "none";
  return (
    <div className={classes.patterns}>
      {patterns.map((pattern) => (
        <Code key={pattern} fz="xs">
          {pattern}
        </Code>
      ))}
    </div>
  );
}

function Until({ of: key, state }: { of: Key; state: ReturnType<typeof stateOf> }) {
  if (state === "counts") return key.expires_at ? <Moment at={key.expires_at} /> : "never";
  const ended = state === "revoked" ? key.revoked_at : key.expires_at;
  return (
    <Badge variant="light" color={state === "revoked" ? "red" : "gray"} tt="none" fw={550}>
      {state} {ended && <Moment at={ended} />}
    </Badge>
  );
}

function Revoke({ of: { key_id: keyId, name } }: { of: Key }) {
  const cache = useQueryClient();
  return (
    <ConfirmButton
      to={revokeKey}
      size="compact-xs"
      question={`Revoke the key ${keyId} of ${name}?`}
      explanation="Whoever uses it is refused from now on, and sessions that began with it end. Runs that it started go on. That cannot be undone."
      verb="Revoke it"
      act={async () => {
        await revokeKey(keyId);
        await cache.invalidateQueries({ queryKey: keyKeys.all });
      }}
      aria-label={`Revoke the key ${keyId} of ${name}`}
    >
      Revoke …
    </ConfirmButton>
  );
}
