import { Alert, Button, Checkbox, Loader, Stack } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconPlus } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { keysQuery, makeKey } from "@/api/keys";
import { useShortcut } from "@/app/shortcuts";
import { useNow } from "@/components/clock";
import { EmptyState } from "@/components/EmptyState";
import { Failure } from "@/components/Failure";
import { PageHeader } from "@/components/PageHeader";
import { KeysTable } from "@/keys/KeysTable";
import { NewKeyDialog } from "@/keys/NewKeyDialog";
import { stateOf } from "@/keys/standing";
import { Allowed } from "@/session/Allowed";
import { useMay, useSession } from "@/session/useSession";

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
  const now = useNow();
  const counting = keys.filter((key) => stateOf(key, now) === "counts");
  const others = keys.length - counting.length;
  return (
    <>
      {others > 0 && (
        <Checkbox
          size="xs"
          checked={all}
          onChange={(event) => setAll(event.currentTarget.checked)}
          label={`Show ${others === 1 ? "the one that counts" : `the ${others} that count`} no more`}
        />
      )}
      {counting.length === 0 && !all ? (
        <EmptyState title="No key counts any more">All of them have expired or were revoked.</EmptyState>
      ) : (
        <KeysTable of={all ? keys : counting} />
      )}
    </>
  );
}
