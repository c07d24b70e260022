import { ActionIcon, Menu } from "@mantine/core";
import { IconDots, IconPlugConnected, IconReload } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";

import { forkRun } from "@/api/runActions";
import type { StepView } from "@/live/types";
import { CopyItem } from "@/run/CopyItem";
import { curlOfCall } from "@/run/curl";
import { toolOf } from "@/run/definition";
import { useShownRun } from "@/run/place";
import { Allowed } from "@/session/Allowed";

interface Props {
  step: StepView;
  definition: Readonly<Record<string, unknown>> | null;
}

/** What can be done with a step. */
export function StepMenu({ step, definition }: Props) {
  const { document, fork } = useShownRun();
  const tool = toolOf(document, definition);
  return (
    <Menu shadow="md" position="bottom-end">
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" aria-label={`Actions for ${step.path}`}>
          <IconDots size={16} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Allowed to={forkRun}>
          <Menu.Item leftSection={<IconReload size={16} aria-hidden />} onClick={() => fork(step.path)}>
            Run again from here …
          </Menu.Item>
        </Allowed>
        {tool && (
          <Menu.Item
            leftSection={<IconPlugConnected size={16} aria-hidden />}
            renderRoot={(props) => <Link to="/tools/$server/$tool" params={tool} {...props} />}
          >
            Open the tool
          </Menu.Item>
        )}
        <Menu.Divider />
        <CopyItem
          label="Copy output"
          text={() => JSON.stringify(step.output, null, 2)}
          disabled={step.output === null || step.omitted.output !== undefined}
        />
        {tool && (
          <CopyItem
            label="Copy call as curl"
            text={() => curlOfCall(tool.server, tool.tool, step.input)}
            disabled={step.omitted.input !== undefined}
          />
        )}
        <CopyItem label="Copy step path" text={() => step.path} />
        <CopyItem label="Copy link to the step" text={() => globalThis.location.href} />
      </Menu.Dropdown>
    </Menu>
  );
}
