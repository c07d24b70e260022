import { Button, CloseButton, Group, Stack, Text, Title } from "@mantine/core";
import type { Checked } from "@/api/editing";
import type { Diagnostic, ScenarioDocument } from "@/api/scenarios";
import { JsonView } from "@/components/JsonView";
import { KeyValues } from "@/components/KeyValues";
import { useFocusBack } from "@/components/useFocusBack";
import { StepIcon, type StepOutline } from "@/graph";
import { ProblemList } from "../ProblemList";
import { definitionAt, fieldsOf } from "./definition";
import classes from "./GraphPanel.module.css";

type Reference = Checked["references"][number];

interface Props {
  step: StepOutline;
  document: ScenarioDocument;
  references: readonly Reference[];
  diagnostics: readonly Diagnostic[];
  onSelect: (step: string | null) => void;
}

/** What a step is told to do, and which steps it gets its data from and gives it to. */
export function StepDefinition({ step, document, references, diagnostics, onSelect }: Props) {
  useFocusBack();
  const definition = definitionAt(document, step.pointer) ?? {};
  const { short, long } = fieldsOf(definition);
  const own = diagnostics.filter(({ pointer }) => pointer === step.pointer || pointer.startsWith(`${step.pointer}/`));
  return (
    <section className={classes.side} aria-label={`Step ${step.name}`}>
      <Stack gap="sm">
        <Group justify="space-between" wrap="nowrap" align="flex-start">
          <div>
            <Title order={2} style={{ overflowWrap: "anywhere" }}>
              {step.name}
            </Title>
            <Group gap={6} c="dimmed" fz="sm">
              <StepIcon kind={step.kind} />
              {step.kind === "unknown" ? "unknown type" : step.kind}
            </Group>
          </div>
          <CloseButton aria-label="Close the step" onClick={() => onSelect(null)} />
        </Group>
        {typeof definition.description === "string" && <Text fz="sm">{definition.description}</Text>}
        <ProblemList of={own} />
        <KeyValues of={short} />
        {long.map(([key, value]) => (
          <div key={key}>
            <Title order={3} mb={4}>
              {key}
            </Title>
            <JsonView value={value} label={`${key} of ${step.name}`} maxHeight={260} />
          </div>
        ))}
        <Others
          title="Reads"
          of={references.filter(({ to_step }) => to_step === step.id).map(({ from_step }) => from_step)}
          onSelect={onSelect}
        />
        <Others
          title="Is read by"
          of={references.filter(({ from_step }) => from_step === step.id).map(({ to_step }) => to_step ?? OUTPUT)}
          onSelect={onSelect}
        />
      </Stack>
    </section>
  );
}

/** No step has a name with a space. */
const OUTPUT = "the output";

function Others({ title, of, onSelect }: { title: string; of: string[]; onSelect: (step: string) => void }) {
  const names = [...new Set(of)];
  if (names.length === 0) return null;
  return (
    <div>
      <Title order={3} mb={4}>
        {title}
      </Title>
      <Group gap={6}>
        {names.map((name) =>
          name === OUTPUT ? (
            <Text key={name} fz="sm">
              the output of the scenario
            </Text>
          ) : (
            <Button key={name} variant="default" size="compact-sm" onClick={() => onSelect(name)}>
              {name}
            </Button>
          ),
        )}
      </Group>
    </div>
  );
}
