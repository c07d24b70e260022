import { Button, Group, Modal, SegmentedControl, Text } from "@mantine/core";
import { useState } from "react";

import type { Syntax } from "@/editor/text/outline";

interface Props {
  syntax: Syntax;
  /** The text at the moment of asking. */
  text: () => string;
  onSwitch: (syntax: Syntax, text: string) => void;
}

/** JSON or YAML: the text is written anew in the other one, which asks first when comments would be lost. */
export function SyntaxSwitch({ syntax, text, onSwitch }: Props) {
  const [problem, setProblem] = useState<string | null>(null);
  const [waiting, setWaiting] = useState<{ to: Syntax; text: string } | null>(null);
  const choose = async (to: Syntax) => {
    if (to === syntax) return;
    const { converted, hasComments } = await import("@/editor/text/conversion");
    const written = converted(text(), syntax, to);
    if ("problem" in written) setProblem(written.problem);
    else if (to === "json" && hasComments(text())) setWaiting({ to, text: written.text });
    else onSwitch(to, written.text);
  };
  const go = () => {
    if (waiting) onSwitch(waiting.to, waiting.text);
    setWaiting(null);
  };
  return (
    <>
      <SegmentedControl
        aria-label="Syntax"
        size="xs"
        data={[
          { value: "yaml", label: "YAML" },
          { value: "json", label: "JSON" },
        ]}
        value={syntax}
        onChange={(to) => void choose(to === "json" ? "json" : "yaml")}
      />
      <Modal opened={problem !== null} onClose={() => setProblem(null)} title="The text cannot be converted" centered>
        <Text fz="sm">It is broken, and has to be mended first: {problem}</Text>
      </Modal>
      <Modal opened={waiting !== null} onClose={() => setWaiting(null)} title="Lose the comments?" centered>
        <Text fz="sm">JSON has no comments, so those of this text would be gone.</Text>
        <Group justify="flex-end" mt="md">
          <Button variant="default" onClick={() => setWaiting(null)} data-autofocus>
            Stay with YAML
          </Button>
          <Button color="red" onClick={go}>
            Convert to JSON
          </Button>
        </Group>
      </Modal>
    </>
  );
}
