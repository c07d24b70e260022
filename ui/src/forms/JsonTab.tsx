import { Textarea } from "@mantine/core";

import classes from "./fields/JsonField.module.css";

interface Props {
  text: string;
  write: (text: string) => void;
  broken: string | undefined;
  label: string;
  description?: string | undefined;
  busy: boolean;
}

/** The whole value as text. */
export function JsonTab({ text, write, broken, label, description, busy }: Props) {
  return (
    <Textarea
      label={label}
      description={description}
      error={broken}
      errorProps={{ role: "alert" }}
      classNames={{ input: classes.text ?? "" }}
      value={text}
      disabled={busy}
      autosize
      minRows={6}
      maxRows={30}
      spellCheck={false}
      onChange={(event) => write(event.currentTarget.value)}
    />
  );
}
