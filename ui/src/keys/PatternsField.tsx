import { TagsInput } from "@mantine/core";

import { fits } from "./patterns";

interface Props {
  label: string;
  /** What the names are of, such as `scenarios`. */
  what: string;
  /** Names that there are now; null while they are not known. */
  names: readonly string[] | null;
  value: readonly string[];
  error: string | undefined;
  onChange: (patterns: string[]) => void;
}

const SHOWN = 6;

/** Patterns of names, and which names they fit now. */
export function PatternsField({ label, what, names, value, error, onChange }: Props) {
  return (
    <TagsInput
      label={label}
      description={names === null ? "* stands for any characters" : preview(value, names, what)}
      inputWrapperOrder={["label", "input", "description", "error"]}
      descriptionProps={{ "aria-live": "polite" }}
      placeholder={value.length === 0 ? "such as news_*" : ""}
      value={[...value]}
      error={error}
      splitChars={[",", " "]}
      acceptValueOnBlur
      data={names ? [...names] : []}
      limit={50}
      onChange={onChange}
    />
  );
}

/** Such as `Fits 2 of 7 scenarios: news_daily, news_weekly.` */
export function preview(patterns: readonly string[], names: readonly string[], what: string): string {
  if (patterns.length === 0) return `No pattern: no ${what} at all.`;
  if (patterns.includes("*")) return `All ${what}, also those that come later.`;
  const found = names.filter((name) => fits(patterns, name));
  const more = found.length > SHOWN ? ` and ${found.length - SHOWN} more` : "";
  const list = found.length === 0 ? "" : `: ${found.slice(0, SHOWN).join(", ")}${more}`;
  return `Fits ${found.length} of ${names.length} ${what}${list}.`;
}
