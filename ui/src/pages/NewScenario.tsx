import { Button, Group, Radio, SegmentedControl, Select, Stack, Text, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useMemo, useState } from "react";

import { scenariosQuery } from "@/api/scenarios";
import { toolsQuery } from "@/api/tools";
import { PageHeader } from "@/components/PageHeader";
import { BEGINNINGS, type Beginning, beginningText } from "@/editor/beginnings";
import { keep } from "@/editor/saving/keptTexts";
import { idFrom, isScenarioId } from "@/editor/scenarioIds";

/** What a new scenario is called and begins with; it is saved in the editor, not here. */
export function NewScenario() {
  const navigate = useNavigate();
  const { data: listed } = useQuery(toolsQuery());
  const { data: scenarios } = useQuery(scenariosQuery());
  const [name, setName] = useState("");
  const [typedId, setTypedId] = useState<string | null>(null);
  const [beginning, setBeginning] = useState<Beginning>("tool");
  const [picked, setPicked] = useState<string | null>(null);
  const [syntax, setSyntax] = useState<"yaml" | "json">("yaml");
  const [tried, setTried] = useState(false);

  const scenarioId = typedId ?? idFrom(name);
  const tools = listed?.tools ?? [];
  const tool = tools.find((each) => `${each.server}/${each.name}` === picked) ?? null;
  const { needsTool } = BEGINNINGS[beginning];
  const problems = {
    name: name.trim() === "" ? "A scenario has a name." : null,
    id: idProblem(scenarioId, scenarios?.some((each) => each.scenario_id === scenarioId) ?? false),
    tool: needsTool && !tool ? "Choose a tool, or begin nearly empty." : null,
  };
  const begin = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (problems.name || problems.id || problems.tool) return;
    const ambiguous = tools.filter((each) => each.name === tool?.name).length > 1;
    const text = beginningText({ beginning, scenarioId, name: name.trim(), tool, ambiguous }, syntax);
    keep("draft", scenarioId, { text, syntax, revision: null, at: new Date().toISOString() });
    void navigate({ to: "/scenarios/$scenarioId/edit", params: { scenarioId } });
  };
  return (
    <>
      <PageHeader title="New scenario" subtitle="It is saved when you save it in the editor." />
      <form onSubmit={begin} noValidate>
        <Stack maw={560} gap="md">
          <TextInput
            label="Name"
            description="For people."
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
            error={tried && problems.name}
            maxLength={256}
            required
            data-autofocus
          />
          <TextInput
            label="Id"
            description="Small letters, digits, _ and -, a letter first. It cannot be changed later."
            value={scenarioId}
            onChange={(event) => setTypedId(event.currentTarget.value)}
            error={(tried || scenarioId !== "") && problems.id}
            required
            styles={{ input: { fontFamily: "var(--mantine-font-family-monospace)" } }}
          />
          <Radio.Group label="Begin with" value={beginning} onChange={(value) => setBeginning(value as Beginning)}>
            <Stack gap="xs" mt="xs">
              {Object.entries(BEGINNINGS).map(([value, { label, about }]) => (
                <Radio key={value} value={value} label={label} description={about} />
              ))}
            </Stack>
          </Radio.Group>
          {needsTool && (
            <ToolSelect tools={tools} value={picked} onChange={setPicked} error={tried ? problems.tool : null} />
          )}
          <Group gap="sm">
            <SegmentedControl
              size="sm"
              aria-label="Syntax"
              data={[
                { value: "yaml", label: "YAML" },
                { value: "json", label: "JSON" },
              ]}
              value={syntax}
              onChange={(value) => setSyntax(value === "json" ? "json" : "yaml")}
            />
            <Text fz="sm" c="dimmed">
              can be changed in the editor
            </Text>
          </Group>
          <Group>
            <Button type="submit">Go on in the editor</Button>
          </Group>
        </Stack>
      </form>
    </>
  );
}

function idProblem(id: string, taken: boolean): string | null {
  if (!isScenarioId(id)) return "This is no id of a scenario.";
  return taken ? "There is a scenario with this id." : null;
}

interface ToolSelectProps {
  tools: readonly { server: string; name: string; description: string }[];
  value: string | null;
  onChange: (value: string | null) => void;
  error: string | null;
}

function ToolSelect({ tools, value, onChange, error }: ToolSelectProps) {
  const data = useMemo(() => {
    const servers = [...new Set(tools.map(({ server }) => server))];
    return servers.map((server) => ({
      group: server,
      items: tools
        .filter((tool) => tool.server === server)
        .map(({ name }) => ({ value: `${server}/${name}`, label: name })),
    }));
  }, [tools]);
  const about = tools.find((tool) => `${tool.server}/${tool.name}` === value)?.description;
  return (
    <Select
      label="Tool"
      description={about || "Of a living tool server."}
      placeholder={tools.length === 0 ? "No tool server answers" : "Choose a tool"}
      data={data}
      value={value}
      onChange={onChange}
      error={error}
      searchable
      required
      nothingFoundMessage="No tool has this name."
    />
  );
}
