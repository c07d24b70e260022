import { Button, Group, Modal, TextInput } from "@mantine/core";
import { useState } from "react";

import { saveText } from "@/api/editing";
import { Failure } from "@/components/Failure";
import { useFocusBack } from "@/components/useFocusBack";
import { isScenarioId } from "@/editor/scenarioIds";
import { outlineOf } from "@/editor/text/jsonOutline";
import { nodeAt, type Syntax } from "@/editor/text/outline";
import { Allowed } from "@/session/Allowed";

interface Props {
  scenarioId: string;
  text: string;
  syntax: Syntax;
  onSaved: (scenarioId: string) => void;
  onClose: () => void;
}

/** Saves the text under another id, which is written into it. */
export function CopyDialog({ scenarioId, text, syntax, onSaved, onClose }: Props) {
  useFocusBack();
  const [id, setId] = useState(`${scenarioId}_copy`.slice(0, 128));
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const save = async () => {
    setBusy(true);
    setError(null);
    try {
      await saveText(id, withId(text, syntax, id), syntax, null);
      onSaved(id);
    } catch (cause) {
      setError(cause);
      setBusy(false);
    }
  };
  return (
    <Modal opened onClose={onClose} title="Save as a copy" centered>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (isScenarioId(id)) void save();
        }}
      >
        <TextInput
          label="Id of the copy"
          description="Small letters, digits, _ and -, a letter first. It is written into the text as scenario_id."
          value={id}
          onChange={(event) => setId(event.currentTarget.value)}
          error={isScenarioId(id) ? null : "This is no id of a scenario."}
          data-autofocus
          mb="md"
        />
        {error !== null && <Failure error={error} title="The copy was not saved" />}
        <Group justify="flex-end" mt="md">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Allowed to={saveText}>
            <Button type="submit" loading={busy} disabled={!isScenarioId(id)}>
              Save the copy
            </Button>
          </Allowed>
        </Group>
      </form>
    </Modal>
  );
}

/** The same text with another id. */
function withId(text: string, syntax: Syntax, id: string): string {
  const node = nodeAt(outlineOf(text, syntax), ["scenario_id"]);
  return node ? text.slice(0, node.from) + JSON.stringify(id) + text.slice(node.to) : text;
}
