import { Badge, Button, Group, Text } from "@mantine/core";
import { IconPencil, IconPlayerPlay } from "@tabler/icons-react";
import { Link, useNavigate } from "@tanstack/react-router";

import { saveText } from "@/api/editing";
import { startRun } from "@/api/runActions";
import { useShortcut } from "@/app/shortcuts";
import { PageHeader } from "@/components/PageHeader";
import { Allowed } from "@/session/Allowed";
import { useMay } from "@/session/useSession";
import { useScenarioPlace } from "./place";
import { counted, countedProblems } from "./problemCounts";
import { useShown } from "./shown";

/** What the scenario is called and is for, how well it is, and what can be done with it. */
export function ScenarioHeader() {
  const { scenarioId, openRun } = useScenarioPlace();
  const { document } = useShown();
  const name = typeof document?.name === "string" ? document.name : scenarioId;
  return (
    <PageHeader
      title={name}
      subtitle={<About scenarioId={scenarioId} />}
      beside={<Tags of={document?.tags} />}
      actions={<Actions scenarioId={scenarioId} onRun={() => openRun(true)} />}
    />
  );
}

function About({ scenarioId }: { scenarioId: string }) {
  const { document, text } = useShown();
  return (
    <>
      {typeof document?.description === "string" && document.description !== "" && (
        <Text inherit style={{ whiteSpace: "pre-line", overflowWrap: "anywhere" }} maw="60rem">
          {document.description}
        </Text>
      )}
      <Group gap="xs" component="span">
        <code>{scenarioId}</code>
        <span>{text.path === null ? "saved in this service" : `file ${text.path}`}</span>
        <Problems />
      </Group>
    </>
  );
}

function Problems() {
  const { goToTab } = useScenarioPlace();
  const { checked } = useShown();
  if (!checked) return null;
  const counts = countedProblems(checked.diagnostics);
  if (counts.error + counts.warning === 0) return null;
  const colour = counts.error > 0 ? "var(--status-failed)" : "var(--status-waiting)";
  return (
    <Button variant="subtle" size="compact-xs" c={colour} onClick={() => goToTab("source")}>
      {counted(counts)}
    </Button>
  );
}

function Tags({ of: tags }: { of: unknown }) {
  const names = Array.isArray(tags) ? tags.filter((tag) => typeof tag === "string") : [];
  if (names.length === 0) return null;
  return (
    <Group gap={6}>
      {names.slice(0, 20).map((tag) => (
        <Badge key={tag} variant="default" tt="none" fw={500} size="sm" maw={200}>
          {tag}
        </Badge>
      ))}
    </Group>
  );
}

function Actions({ scenarioId, onRun }: { scenarioId: string; onRun: () => void }) {
  const navigate = useNavigate();
  const edit = () => void navigate({ to: "/scenarios/$scenarioId/edit", params: { scenarioId } });
  useShortcut("r", "Run this scenario", onRun, { enabled: useMay(startRun) });
  useShortcut("e", "Edit this scenario", edit, { enabled: useMay(saveText) });
  return (
    <>
      <Allowed to={saveText}>
        <Button
          variant="default"
          leftSection={<IconPencil size={16} aria-hidden />}
          renderRoot={(props) => <Link to="/scenarios/$scenarioId/edit" params={{ scenarioId }} {...props} />}
        >
          Edit
        </Button>
      </Allowed>
      <Allowed to={startRun}>
        <Button leftSection={<IconPlayerPlay size={16} aria-hidden />} onClick={onRun}>
          Run
        </Button>
      </Allowed>
    </>
  );
}
