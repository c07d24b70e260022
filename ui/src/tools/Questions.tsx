import { Anchor, Button, Group, Paper, Stack, Text, Title } from "@mantine/core";
import { useState } from "react";

import { type CallRequest, exchange, type Question } from "@/api/tools";
import { SchemaForm } from "@/forms";

type Answers = NonNullable<CallRequest["answers"]>;
type Answer = Answers[string];

interface Props {
  questions: readonly Question[];
  onAnswer: (answers: Answers) => void;
}

/** What the tool asks in the middle of its call. Every question has its own form; the answers go together. */
export function Questions({ questions, onAnswer }: Props) {
  const [given, setGiven] = useState<Answers>({});
  const settle = (key: string, answer: Answer) => {
    const next = { ...given, [key]: answer };
    setGiven(next);
    if (questions.every((question) => Object.hasOwn(next, question.key))) onAnswer(next);
  };
  return (
    <Stack gap="sm">
      {questions.map((question) => (
        <Paper key={question.key} withBorder p="md" component="section" aria-label="A question of the tool">
          <Title order={3} mb={4}>
            The tool asks
          </Title>
          <Text fz="sm" mb="sm" style={{ whiteSpace: "pre-line", overflowWrap: "anywhere" }}>
            {question.message}
          </Text>
          {Object.hasOwn(given, question.key) ? (
            <Text fz="sm" c="dimmed">
              {given[question.key]?.action}. Answer the others, too.
            </Text>
          ) : (
            <Reply question={question} onReply={(answer) => settle(question.key, answer)} />
          )}
        </Paper>
      ))}
      {questions.length === 0 && (
        <Group>
          <Text fz="sm">The tool wants to be called again to go on.</Text>
          <Button size="compact-sm" onClick={() => onAnswer({})}>
            Go on
          </Button>
        </Group>
      )}
    </Stack>
  );
}

function Reply({ question, onReply }: { question: Question; onReply: (answer: Answer) => void }) {
  const [value, setValue] = useState<unknown>(undefined);
  const { url } = question;
  return (
    <Stack gap="xs">
      {url === null ? (
        <SchemaForm
          schema={question.form_schema}
          value={value}
          onChange={setValue}
          onSubmit={(content) => onReply({ action: "accept", content: content as Answer["content"] })}
          submitLabel="Accept and send"
          to={exchange}
        />
      ) : (
        <>
          <LinkOut url={url} />
          <Button size="compact-sm" onClick={() => onReply({ action: "accept" })} style={{ alignSelf: "flex-start" }}>
            I have been there
          </Button>
        </>
      )}
      <Group gap="xs">
        <Button size="compact-sm" variant="default" onClick={() => onReply({ action: "decline" })}>
          Decline
        </Button>
        <Button size="compact-sm" variant="default" onClick={() => onReply({ action: "cancel" })}>
          Dismiss
        </Button>
      </Group>
    </Stack>
  );
}

/** Where a tool sends the person: the whole address is read before it is followed. */
function LinkOut({ url }: { url: string }) {
  const safe = URL.canParse(url) && ["http:", "https:"].includes(new URL(url).protocol);
  return (
    <Text fz="sm" style={{ overflowWrap: "anywhere" }}>
      {"It sends you to "}
      {safe ? (
        <Anchor href={url} target="_blank" rel="noopener noreferrer" inherit>
          {url}
        </Anchor>
      ) : (
        url
      )}
    </Text>
  );
}
