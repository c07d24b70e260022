import { Button } from "@mantine/core";
import { IconCopy, IconDeviceFloppy, IconDownload } from "@tabler/icons-react";
import { saveText } from "@/api/editing";
import type { Syntax } from "@/editor/text/outline";
import { Allowed } from "@/session/Allowed";
import { SyntaxSwitch } from "./SyntaxSwitch";

interface Props {
  scenarioId: string;
  syntax: Syntax;
  readOnly: boolean;
  busy: boolean;
  text: () => string;
  onSwitch: (syntax: Syntax, text: string) => void;
  onSave: () => void;
  onCopy: () => void;
}

/** What can be done with the text as a whole. */
export function EditorActions({ scenarioId, syntax, readOnly, busy, text, onSwitch, onSave, onCopy }: Props) {
  return (
    <>
      <SyntaxSwitch syntax={syntax} text={text} onSwitch={onSwitch} />
      <Button
        size="xs"
        variant="default"
        leftSection={<IconDownload size={16} aria-hidden />}
        onClick={() => download(`${scenarioId}.${syntax}`, text())}
      >
        Download
      </Button>
      <Allowed to={saveText}>
        <Button
          size="xs"
          variant={readOnly ? "filled" : "default"}
          leftSection={<IconCopy size={16} aria-hidden />}
          onClick={onCopy}
        >
          Save as a copy
        </Button>
      </Allowed>
      {!readOnly && (
        <Allowed to={saveText}>
          <Button size="xs" leftSection={<IconDeviceFloppy size={16} aria-hidden />} onClick={onSave} loading={busy}>
            Save
          </Button>
        </Allowed>
      )}
    </>
  );
}

function download(name: string, text: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  URL.revokeObjectURL(address);
}
