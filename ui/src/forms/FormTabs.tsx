import { Alert, Button, Group, Kbd, Stack, Tabs, Text } from "@mantine/core";
import { type KeyboardEvent, useCallback, useEffect, useId, useMemo, useRef, useState } from "react";

import { Allowed } from "@/session/Allowed";
import { useMay } from "@/session/useSession";
import { problemsOf } from "./check/problems";
import { DrawnForm } from "./DrawnForm";
import { useJsonText } from "./fields/JsonField";
import { Unparsed } from "./fields/unparsed";
import { focusFirst } from "./focusFirst";
import { JsonTab } from "./JsonTab";
import { ProblemList } from "./ProblemList";
import type { SchemaFormProps } from "./SchemaForm";
import { fitting } from "./schema/fitting";
import { formNode } from "./schema/formNode";
import { same } from "./schema/merged";
import { startingValue, tidy } from "./schema/startingValue";
import { usePlaces } from "./usePlaces";
import { useStanding } from "./useStanding";

/** Form and JSON, two views of one value, with the button that sends it. */
export default function FormTabs({
  schema,
  value,
  onChange,
  onSubmit,
  submitLabel,
  to,
  busy = false,
  problems,
  id,
}: SchemaFormProps) {
  const own = useId();
  const frame = useRef<HTMLDivElement>(null);
  const node = useMemo(() => formNode(schema), [schema]);
  const start = useMemo(() => startingValue(node), [node]);
  const drawable = node.type !== "json";
  const [tab, setTab] = useState<string | null>("form");
  const [tried, setTried] = useState(0);
  const unparsed = useRef(new Set<string>());
  const mark = useCallback((field: string, broken: boolean) => {
    if (broken) unparsed.current.add(field);
    else unparsed.current.delete(field);
  }, []);
  const json = useJsonText(value, onChange);

  // biome-ignore lint/correctness/useExhaustiveDependencies: a form begins once, with its schema
  useEffect(() => {
    if (value === undefined && start !== undefined) onChange(start);
  }, [node]);

  const found = useMemo(() => (tried > 0 ? problemsOf(schema, value) : []), [tried, schema, value]);
  const standing = useStanding(problems, value);
  const all = useMemo(() => [...found, ...standing], [found, standing]);
  const showsForm = drawable && tab === "form";
  const { placed, unplaced } = usePlaces(frame, all, showsForm && !json.broken);

  // After a press of the button, not while the reader types.
  useEffect(() => {
    if (tried > 0) focusFirst(frame.current);
  }, [tried]);
  useEffect(() => {
    if (problems && problems.length > 0) focusFirst(frame.current);
  }, [problems]);

  const may = useMay(to);
  const submit = () => {
    const broken = showsForm ? unparsed.current.size > 0 : json.broken !== undefined;
    if (!busy && !broken && problemsOf(schema, value).length === 0) onSubmit(value);
    else if (!busy) setTried((times) => times + 1);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    if (may) submit();
  };
  const begun = value === undefined ? start : value;
  // A value from elsewhere is drawn afresh: choices look again which of their shapes it has.
  const [drawn, setDrawn] = useState({ value: begun, times: 0 });
  if (!same(drawn.value, begun)) setDrawn({ value: begun, times: drawn.times + 1 });
  const change = (next: unknown) => {
    const tidied = tidy(next, node);
    setDrawn((before) => ({ ...before, value: tidied }));
    onChange(tidied);
  };
  const fits = value === undefined || node.type !== "object" || fitting({ type: "object" }, value) > 0;
  const form = fits ? (
    <Unparsed.Provider value={mark}>
      <DrawnForm key={drawn.times} node={node} value={begun} problems={placed} busy={busy} onChange={change} />
    </Unparsed.Provider>
  ) : (
    <Alert color="yellow" title="The JSON is not an object">
      <Stack gap="xs" align="flex-start">
        <Text fz="sm">The form has fields, and this value has none. Change it as JSON, or begin again.</Text>
        <Button size="compact-sm" variant="default" onClick={() => onChange(startingValue(node))}>
          Begin again
        </Button>
      </Stack>
    </Alert>
  );
  return (
    <Stack gap="sm" ref={frame} onKeyDown={onKeyDown} id={id ?? own} data-form>
      {unplaced.length > 0 && <ProblemList problems={unplaced} />}
      {drawable ? (
        <Tabs value={tab} onChange={setTab} keepMounted={false}>
          <Tabs.List mb="sm">
            <Tabs.Tab value="form">Form</Tabs.Tab>
            <Tabs.Tab value="json">JSON</Tabs.Tab>
          </Tabs.List>
          <Tabs.Panel value="form">
            {json.broken !== undefined && (
              <Alert color="yellow" mb="sm">
                The text under JSON cannot be read; the form shows what it said before. A change here replaces it.
              </Alert>
            )}
            {form}
          </Tabs.Panel>
          <Tabs.Panel value="json">
            <JsonTab {...json} label="Value as JSON" busy={busy} />
          </Tabs.Panel>
        </Tabs>
      ) : (
        <JsonTab {...json} label={node.title ?? "Value as JSON"} description={node.description} busy={busy} />
      )}
      <Group gap="sm">
        <Allowed to={to}>
          <Button onClick={submit} loading={busy}>
            {submitLabel}
          </Button>
        </Allowed>
        <Text fz="xs" c="dimmed" visibleFrom="sm">
          <Kbd size="xs">Ctrl</Kbd> <Kbd size="xs">Enter</Kbd>
        </Text>
      </Group>
    </Stack>
  );
}
