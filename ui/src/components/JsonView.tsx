import { ActionIcon, Box, CopyButton, ScrollArea, Tooltip } from "@mantine/core";
import { IconCheck, IconCopy } from "@tabler/icons-react";

import classes from "./JsonView.module.css";

interface Props {
  value: unknown;
  /** What it is, for those who cannot see where it stands. */
  label: string;
  maxHeight?: number | string;
}

/** A JSON value as text, never as markup, to read, select and copy. */
export function JsonView({ value, label, maxHeight = 360 }: Props) {
  const text = value === undefined ? "" : JSON.stringify(value, null, 2);
  return (
    <Box className={classes.frame}>
      <ScrollArea.Autosize
        mah={maxHeight}
        type="auto"
        viewportProps={{ tabIndex: 0, role: "region", "aria-label": label }}
      >
        <pre className={classes.text}>{text}</pre>
      </ScrollArea.Autosize>
      <CopyButton value={text}>
        {({ copied, copy }) => (
          <Tooltip label={copied ? "Copied" : "Copy"}>
            <ActionIcon
              className={classes.copy}
              variant="default"
              size="sm"
              onClick={copy}
              aria-label={`Copy ${label}`}
            >
              {copied ? <IconCheck size={14} /> : <IconCopy size={14} />}
            </ActionIcon>
          </Tooltip>
        )}
      </CopyButton>
    </Box>
  );
}
