import { Alert, Button, Checkbox, Group, Loader, Stack, Text, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconPlus, IconSearch } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useRef, useState } from "react";

import { keysQuery, makeKey } from "@/api/keys";
import { useShortcut } from "@/app/shortcuts";
import { useNow } from "@/components/clock";
import { EmptyState } from "@/components/EmptyState";
import { Failure } from "@/components/Failure";
import { PageHeader } from "@/components/PageHeader";
import { found } from "@/keys/find";
import { KeysTable } from "@/keys/KeysTable";
import { NewKeyDialog } from "@/keys/NewKeyDialog";
import { stateOf } from "@/keys/standing";
import { Allowed } from "@/session/Allowed";
import { useMay, useSession } from "@/session/useSession";

/** From so many on, one looks for a key by words; so many are shown at once. */
const MANY = 10;
const SHOWN = 200;

/** The keys that callers use: programs, and people who sign in with one. */
export function Keys() {
  const { data, error, refetch } = useQuery(keysQuery());
  const [making, dialog] = useDisclosure();
  const open = useSession()?.auth === "off";
  useShortcut("n", "New key", dialog.open, { enabled: useMay(makeKey) });
  const action = (
    <Allowed to={makeKey}>
      <Button leftSection={<IconPlus size={15} aria-hidden />} onClick={dialog.open}>
        New key
      </Button>
    </Allowed>
  );
  return (
    <>
      <PageHeader
        title="Keys"
        subtitle="Who may call this service: over HTTP, through MCP, from the command line and in a browser."
        actions={data && data.keys.length > 0 && action}
      />
      <Stack gap="md">
        {open && (
          <Alert color="gray" variant="light" py="xs">
            This service asks nobody who they are. Keys count once it is started with <code>auth = "on"</code>.
          </Alert>
        )}
        {error && <Failure error={error} onRetry={() => void refetch()} />}
        {!data && !error && <Loader size="sm" role="status" aria-label="Loading the keys" />}
        {data?.keys.length === 0 && (
          <EmptyState title="There are no keys yet" action={action}>
            A key says who calls, and what they may do: see, operate, write, or administrate; only some scenarios; only
            until a day. Give each program and each person one of their own, so that one can be revoked without the
            others.
          </EmptyState>
        )}
        {data && data.keys.length > 0 && <Known of={data.keys} />}
      </Stack>
      {making && <NewKeyDialog onClose={dialog.close} />}
    </>
  );
}

function Known({ of: keys }: { of: Parameters<typeof KeysTable>[0]["of"] }) {
  const [all, setAll] = useState(false);
  const [search, setSearch] = useState("");
  const now = useNow();
  const counting = keys.filter((key) => stateOf(key, now) === "counts");
  const others = keys.length - counting.length;
  const fitting = found(all ? keys : counting, search);
  return (
    <>
      <Group gap="md">
        {keys.length > MANY && <Search value={search} onChange={setSearch} />}
        {others > 0 && (
          <Checkbox
            size="xs"
            checked={all}
            onChange={(event) => setAll(event.currentTarget.checked)}
            label={`Show ${others === 1 ? "the one that counts" : `the ${others} that count`} no more`}
          />
        )}
      </Group>
      {counting.length === 0 && !all ? (
        <EmptyState title="No key counts any more">All of them have expired or were revoked.</EmptyState>
      ) : fitting.length === 0 ? (
        <EmptyState title="No key fits">
          Ids, names, roles, makers and patterns were searched for every word.
        </EmptyState>
      ) : (
        <KeysTable of={fitting.slice(0, SHOWN)} />
      )}
      {fitting.length > SHOWN && (
        <Text fz="xs" c="dimmed" ta="center">
          {SHOWN} of {fitting.length.toLocaleString("en")} are shown. Search for others.
        </Text>
      )}
    </>
  );
}

function Search({ value, onChange }: { value: string; onChange: (text: string) => void }) {
  const input = useRef<HTMLInputElement>(null);
  useShortcut("/", "Search the keys", () => input.current?.focus());
  return (
    <TextInput
      ref={input}
      type="search"
      size="xs"
      aria-label="Search keys"
      placeholder="Name, role or pattern"
      leftSection={<IconSearch size={14} aria-hidden />}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}
