import { Code, Radio, Table, Text, VisuallyHidden } from "@mantine/core";

import type { RevisionSummary } from "@/api/scenarioHistory";
import { Moment } from "@/components/Moment";
import { useShown } from "../shown";
import { keyOf, nameOf, type Pair } from "./pair";
import { RestoreButton } from "./RestoreButton";

interface Props {
  revisions: readonly RevisionSummary[];
  pair: Pair | null;
  onChoose: (pair: Pair) => void;
}

/** Every revision, newest first, and which two are compared. */
export function RevisionsTable({ revisions, pair, onChoose }: Props) {
  return (
    <Table.ScrollContainer
      minWidth={480}
      scrollAreaProps={{ viewportProps: { tabIndex: 0, role: "region", "aria-label": "Revisions" } }}
    >
      <Table verticalSpacing={6} aria-label="Revisions">
        <Table.Thead>
          <Table.Tr>
            <Table.Th w={70}>From</Table.Th>
            <Table.Th w={70}>To</Table.Th>
            <Table.Th>Revision</Table.Th>
            <Table.Th>Saved</Table.Th>
            <Table.Th>
              <VisuallyHidden>Actions</VisuallyHidden>
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {revisions.map((revision, index) => (
            <Row key={keyOf(revision)} revision={revision} newest={index === 0} pair={pair} onChoose={onChoose} />
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

interface RowProps extends Omit<Props, "revisions"> {
  revision: RevisionSummary;
  newest: boolean;
}

function Row({ revision, newest, pair, onChoose }: RowProps) {
  const { text } = useShown();
  const choice = (side: keyof Pair, word: string) =>
    pair && (
      <Radio
        name={side}
        aria-label={`Compare ${word} ${nameOf(revision)}`}
        checked={keyOf(pair[side]) === keyOf(revision)}
        onChange={() => onChoose({ ...pair, [side]: revision })}
      />
    );
  return (
    <Table.Tr>
      <Table.Td>{choice("older", "from")}</Table.Td>
      <Table.Td>{choice("newer", "to")}</Table.Td>
      <Table.Td>
        {revision.number === null ? "The file as it is" : revision.number}{" "}
        <Code title={revision.revision}>{revision.revision.slice(0, 8)}</Code>
        {revision.revision === text.revision && (
          <Text component="span" fz="xs" c="dimmed" ms={6}>
            {newest ? "current" : "the same as the current one"}
          </Text>
        )}
      </Table.Td>
      <Table.Td>{revision.saved_at === null ? "–" : <Moment at={revision.saved_at} />}</Table.Td>
      <Table.Td ta="end">{!text.read_only && !newest && <RestoreButton revision={revision} />}</Table.Td>
    </Table.Tr>
  );
}
