import { Text } from "@mantine/core";
import { useEffect, useState } from "react";

import classes from "./ConnectionNotice.module.css";
import { useConnection } from "./useConnection";

/** Milliseconds without news that nobody has to know of. */
const PATIENCE = 3_000;

/** Says that what is shown may be old, while it may be. */
export function ConnectionNotice() {
  const connection = useConnection();
  const [late, setLate] = useState(false);
  useEffect(() => {
    if (connection === "live") return;
    const timer = setTimeout(() => setLate(true), PATIENCE);
    return () => {
      clearTimeout(timer);
      setLate(false);
    };
  }, [connection]);
  return (
    <div role="status" className={classes.notice}>
      {late && (
        <Text component="span" className={classes.text} fz="sm" title="What you see may be old.">
          Not live, connecting again
        </Text>
      )}
    </div>
  );
}
