import { Kbd } from "@mantine/core";
import { Fragment } from "react";

import { legend } from "./keystrokes";

const apple = /Mac|iPhone|iPad/.test(navigator.platform);

/** The keys of a shortcut as they stand on the keyboard. */
export function KeyLegend({ keys }: { keys: string }) {
  return legend(keys, apple).map((press, index) => (
    <Fragment key={press.join("+")}>
      {index > 0 && " "}
      {press.map((key) => (
        <Kbd key={key} size="xs">
          {key}
        </Kbd>
      ))}
    </Fragment>
  ));
}
