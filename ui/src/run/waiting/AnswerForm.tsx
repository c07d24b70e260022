import { Anchor, Box, Button, Code, Group, SegmentedControl, Select, Stack, Text, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useMemo, useState } from "react";

import { answerStep } from "@/api/runActions";
import { Failure } from "@/components/Failure";
import { JsonView } from "@/components/JsonView";
import { SchemaForm } from "@/forms";
import { usePlace } from "@/run/place";
import { problemAt, problemsUnder } from "@/run/problems";
import { NotAllowed } from "@/session/NotAllowed";
import { useMay, useSession } from "@/session/useSession";
import { AlreadyAnswered, firstAnswerOf } from "./AlreadyAnswered";
import { knownAs } from "./answerer";
import { type Asked, linkOf, type Request } from "./asked";
import { answerOf, choicesFor, type Decision, takesData } from "./decision";
import { useAnswerer } from "./useAnswerer";
import classes from "./WaitPanel.module.css";

interface Props {
  path: string;
  asked: Asked;
  /** Whether the step does not wait any more. */
  over: boolean;
  /** Somebody fills in the form. */
  onBegin: () => void;
}

/** Answers a step: a decision, who made it, a comment, and the data that the question asks for. */
export function AnswerForm({ path, asked, over, onBegin }: Props) {
  const { runId } = usePlace();
  const [decision, setDecision] = useState<Decision>("accept");
  const [comment, setComment] = useState("");
  const [by, setBy] = useAnswerer();
  // Nothing yet: the form begins with the defaults of its schema.
  const [data, setData] = useState<unknown>(undefined);
  const choices = choicesFor(asked);
  const subject = knownAs(useSession());
  const who = subject === null && (asked.assignees.length === 0 || asked.assignees.includes(by)) ? by : "";
  const given = (value: unknown) => answerOf(asked, { decision, comment, by: who, data: value });
  const sending = useMutation({ mutationFn: (value: unknown) => answerStep(runId, path, given(value)) });
  const problems = useMemo(() => problemsUnder(sending.error, "/data"), [sending.error]);
  const first = firstAnswerOf(sending.error);
  const may = useMay(answerStep);
  if (first) return <AlreadyAnswered first={first} />;
  if (sending.isSuccess) return <Done>Your answer was taken: the run goes on.</Done>;
  if (over) return <Done>This was answered meanwhile, or its time was over. Yours was not sent.</Done>;
  if (!may) return <NotAllowed to={answerStep} />;
  const withForm = decision === "accept" && takesData(asked);
  const aboutWho = problemAt(sending.error, "/by");
  const verb = choices.find((choice) => choice.value === decision)?.label ?? "Send";
  return (
    <Box className={classes.form ?? ""} onInput={onBegin} onFocus={onBegin}>
      <Stack gap="sm">
        <Links requests={asked.requests} />
        <SegmentedControl
          aria-label="Decision"
          data={choices.map(({ value, label }) => ({ value, label }))}
          value={decision}
          onChange={(value) => setDecision(choices.find((choice) => choice.value === value)?.value ?? "accept")}
          style={{ alignSelf: "flex-start" }}
        />
        <Group grow gap="sm" align="flex-start" preventGrowOverflow={false}>
          {subject === null && <Answerer asked={asked} by={who} onChange={setBy} problem={aboutWho} />}
          <TextInput label="Comment" value={comment} onChange={(event) => setComment(event.currentTarget.value)} />
        </Group>
        {sending.error && problems.length === 0 && aboutWho === null && (
          <Failure error={sending.error} title="The answer was not taken" />
        )}
        {withForm ? (
          <SchemaForm
            id={`answer-${path}`}
            schema={asked.form_schema}
            value={data}
            onChange={setData}
            onSubmit={(value) => sending.mutate(value)}
            submitLabel={verb}
            to={answerStep}
            busy={sending.isPending}
            problems={problems}
          />
        ) : (
          <Button onClick={() => sending.mutate(null)} loading={sending.isPending} style={{ alignSelf: "flex-start" }}>
            {verb}
          </Button>
        )}
      </Stack>
      <details open className={classes.preview}>
        <summary>What will be sent</summary>
        <JsonView value={given(data)} label="What will be sent" maxHeight={260} />
      </details>
    </Box>
  );
}

function Done({ children }: { children: string }) {
  return (
    <Text role="status" fz="sm" mt={4}>
      {children}
    </Text>
  );
}

interface AnswererProps {
  asked: Asked;
  by: string;
  onChange: (name: string) => void;
  problem: string | null;
}

function Answerer({ asked, by, onChange, problem }: AnswererProps) {
  if (asked.assignees.length === 0) {
    return (
      <TextInput
        label="Who answers"
        description="Kept in the journal as you say it"
        inputWrapperOrder={["label", "input", "description", "error"]}
        value={by}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
    );
  }
  return (
    <Select
      label="Who answers"
      data={[...asked.assignees]}
      value={by || null}
      onChange={(name) => onChange(name ?? "")}
      required
      selectFirstOptionOnDropdownOpen
      error={by === "" && problem}
    />
  );
}

/** Questions that send the person somewhere, and the questions of a form one by one. */
function Links({ requests }: { requests: readonly Request[] }) {
  return requests
    .filter((request) => request.url !== null || requests.length > 1)
    .map(({ key, message, url }) => (
      <Text key={key} fz="sm" style={{ overflowWrap: "anywhere" }}>
        {requests.length > 1 && `${message} `}
        {url !== null && <Address url={url} />}
      </Text>
    ));
}

/** The whole address, so that people see where they are sent; what is no web page is no link. */
function Address({ url }: { url: string }) {
  const link = linkOf(url);
  if (link === null) return <Code>{url}</Code>;
  return (
    <Anchor href={link} target="_blank" rel="noopener noreferrer" inherit>
      {url}
    </Anchor>
  );
}
