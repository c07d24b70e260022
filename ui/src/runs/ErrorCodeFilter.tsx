import { NativeSelect } from "@mantine/core";
import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";

import { type RunFilter, runPagesQuery } from "@/api/runs";
import { codes } from "./filter";

interface Props {
  /** As it is in the address. */
  code: string | undefined;
  /** What the list shows now. */
  filter: RunFilter;
  onChange: (code: string | undefined) => void;
}

/** The error that ended the runs: one of those listed without it, or what a link named. Not there without any. */
export function ErrorCodeFilter({ code, filter, onChange }: Props) {
  // Of the list without a code, so that all others stay a choice when one was made; and until the next list is there:
  // otherwise the field that has the focus would go.
  const uncoded = { ...filter, error_code: undefined };
  const { data } = useInfiniteQuery({ ...runPagesQuery(uncoded), placeholderData: keepPreviousData });
  const listed = data?.pages.flatMap((page) => page.runs.map((run) => run.error_code ?? "")) ?? [];
  const chosen = codes(code)?.join(",") ?? "";
  const known = [...new Set([...listed, chosen])].filter((one) => one !== "").toSorted();
  if (known.length === 0) return null;
  return (
    <NativeSelect
      aria-label="Error code"
      size="xs"
      value={chosen}
      onChange={(event) => onChange(event.currentTarget.value || undefined)}
      data={[
        { value: "", label: "However it ended" },
        ...known.map((one) => ({ value: one, label: `With ${one.replaceAll(",", ", ")}` })),
      ]}
      maw={240}
    />
  );
}
