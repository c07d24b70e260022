import { Anchor, Box, Button, Text } from "@mantine/core";
import { useState } from "react";

import { JsonView } from "@/components/JsonView";
import { blockOf } from "./blocks";
import classes from "./ContentBlock.module.css";

/** One block of a tool's answer. It is untrusted: text stays text, a picture is shown when the reader asks for it. */
export function ContentBlock({ value, label }: { value: unknown; label: string }) {
  const [seen, setSeen] = useState(false);
  const block = blockOf(value);
  switch (block.kind) {
    case "text":
      return (
        <Box>
          {block.about && (
            <Text fz="xs" c="dimmed">
              {block.about}
            </Text>
          )}
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a long text is scrolled with the keyboard, too */}
          <section className={classes.text} tabIndex={0} aria-label={label}>
            {block.text}
          </section>
        </Box>
      );
    case "image":
      if (seen) return <img src={block.source} alt="What the tool sent" className={classes.image} />;
      return (
        <Button variant="default" size="compact-sm" onClick={() => setSeen(true)}>
          Show the picture ({block.mime}, {Math.ceil(block.bytes / 1024)} KiB)
        </Button>
      );
    case "link":
      return (
        <Text fz="sm" style={{ overflowWrap: "anywhere" }}>
          {block.name && `${block.name}: `}
          {block.href === null ? (
            block.uri
          ) : (
            <Anchor href={block.href} target="_blank" rel="noopener noreferrer" inherit>
              {block.uri}
            </Anchor>
          )}
        </Text>
      );
    case "withheld":
      return (
        <Text fz="sm" c="dimmed" style={{ overflowWrap: "anywhere" }}>
          {block.what} is not shown here; it is under Raw.
        </Text>
      );
    case "unknown":
      return <JsonView value={block.value} label={label} />;
  }
}
