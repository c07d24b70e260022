import { Tooltip } from "@mantine/core";
import { cloneElement, type ReactElement, type SyntheticEvent } from "react";

import type { Scope } from "@/api/deed";
import type { Offer } from "./Allowed";
import { reasonId } from "./Reasons";
import classes from "./Refused.module.css";

interface Props {
  scope: Scope;
  reason: string;
  children: ReactElement<Offer>;
}

/** What would be offered to another role: it stands there, is reached, and says why it does nothing. */
export default function Refused({ scope, reason, children }: Props) {
  const refused = {
    "aria-describedby": reasonId(scope),
    className: [children.props.className, classes.refused].filter(Boolean).join(" "),
    // A link leads nowhere, a form is not sent, a menu stays open: whatever the child would do is replaced.
    renderRoot: (props: object) => <button {...props} type="button" aria-disabled onClick={stop} />,
  };
  return (
    <Tooltip label={reason} multiline maw={280} events={{ hover: true, focus: true, touch: true }}>
      {cloneElement(children, refused)}
    </Tooltip>
  );
}

function stop(event: SyntheticEvent): void {
  event.preventDefault();
  event.stopPropagation();
}
