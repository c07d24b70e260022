import { Button, Code, Loader, Stack, Text, Title } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { useState } from "react";

import { deleteHook, type HookDetail, hookKeys, hookQuery, saveHook } from "@/api/triggers";
import { ConfirmButton } from "@/components/ConfirmButton";
import { Failure } from "@/components/Failure";
import { JsonView } from "@/components/JsonView";
import { KeyValues } from "@/components/KeyValues";
import { PageHeader } from "@/components/PageHeader";
import { duration } from "@/components/time";
import { Allowed } from "@/session/Allowed";
import { HookForm } from "@/triggers/HookForm";
import { Readiness } from "@/triggers/HooksTable";
import { Problems } from "@/triggers/Problems";

/** One hook: where requests go, how they are signed, and its document. */
export function Hook() {
  const { name } = useParams({ from: "/hooks/$name" });
  const { data, error, refetch } = useQuery(hookQuery(name));
  const [editing, setEditing] = useState(false);
  if (error) return <Failure error={error} title={`The hook ${name} cannot be shown`} onRetry={() => void refetch()} />;
  if (!data) return <Loader size="sm" role="status" aria-label="Loading the hook" />;
  return (
    <>
      <PageHeader
        title={data.name}
        subtitle={data.description || "A hook"}
        beside={<Readiness hook={data} />}
        actions={!editing && !data.read_only && <Actions hook={data} onEdit={() => setEditing(true)} />}
      />
      <Problems of={data.problems} />
      {editing ? (
        <HookForm
          document={data.document}
          revision={data.revision}
          onSaved={() => setEditing(false)}
          onCancel={() => setEditing(false)}
        />
      ) : (
        <Facts hook={data} />
      )}
    </>
  );
}

function Facts({ hook }: { hook: HookDetail }) {
  const scenario = hook.scenario_id && (
    <Link to="/scenarios/$scenarioId" params={{ scenarioId: hook.scenario_id }}>
      {hook.scenario_id}
    </Link>
  );
  return (
    <Stack gap="lg">
      <KeyValues
        of={[
          ["Scenario", scenario],
          ["Address", <Code key="address">{`${location.origin}${hook.url}`}</Code>],
          ["Secret", hook.secret && <code>{hook.secret}</code>],
          ["Tolerance", hook.tolerance === null ? null : duration(hook.tolerance * 1000)],
          ["Priority", hook.priority],
          ["Where it is kept", hook.read_only ? `${hook.source}, and changed there` : "saved here"],
        ]}
      />
      <section>
        <Title order={2} mb="xs">
          Try it
        </Title>
        <Text fz="sm">
          In a terminal that has the secret, this writes a signed request:{" "}
          <Code>{`callsheet hooks sign ${hook.name} --body '{}'`}</Code>
        </Text>
      </section>
      {hook.document && (
        <section>
          <Title order={2} mb="xs">
            Document
          </Title>
          <JsonView value={hook.document} label="the document" />
        </section>
      )}
    </Stack>
  );
}

function Actions({ hook, onEdit }: { hook: HookDetail; onEdit: () => void }) {
  const cache = useQueryClient();
  const navigate = useNavigate();
  return (
    <>
      <Allowed to={saveHook}>
        <Button variant="default" onClick={onEdit}>
          Edit
        </Button>
      </Allowed>
      <ConfirmButton
        to={deleteHook}
        question={`Delete the hook ${hook.name}?`}
        explanation="Requests to it are refused from then on. Runs that it started go on."
        verb="Delete"
        act={async () => {
          await deleteHook(hook.name);
          await navigate({ to: "/triggers" });
          await cache.invalidateQueries({ queryKey: hookKeys.all });
        }}
      >
        Delete
      </ConfirmButton>
    </>
  );
}
