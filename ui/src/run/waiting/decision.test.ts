import { expect, test } from "vitest";

import { moment } from "@/run/testing";
import { askedBy, linkOf } from "./asked";
import { answerOf, takesData } from "./decision";

const form = { type: "object", properties: { city: { type: "string" } } };
const asked = (waits_for: { kind: string; [field: string]: unknown }) => {
  const found = askedBy({ seq: 2, since: moment(0), until: null, ended_at: null, waits_for });
  if (found === null) throw new Error("nobody is asked");
  return found;
};
const approval = asked({ kind: "approval", message: "Publish?", assignees: ["ada"], form_schema: form });
const given = { comment: " Fine. ", by: " ada ", data: { city: "Oslo" } };

test("an approval is sent with its data", () => {
  expect(answerOf(approval, { ...given, decision: "accept" })).toEqual({
    approved: true,
    comment: "Fine.",
    data: { city: "Oslo" },
    by: "ada",
  });
});

test("a rejection sends no data", () => {
  expect(answerOf(approval, { ...given, decision: "decline" })).toMatchObject({ approved: false, data: null });
});

test("a tool's question is answered with an action", () => {
  const question = asked({ kind: "elicitation", server: "travel", tool: "book", message: "Where?", form_schema: form });
  expect(question.tool).toBe("travel/book");
  expect(answerOf(question, { ...given, decision: "cancel" })).toMatchObject({ action: "cancel", data: null });
});

test("the tool that asks is named alone where its step names no server", () => {
  expect(asked({ kind: "elicitation", server: null, tool: "book", message: "Where?", form_schema: form }).tool).toBe(
    "book",
  );
});

test("a question that is only a link takes no data", () => {
  const requests = [{ key: "pay", message: "Pay here.", form_schema: null, url: "https://pay.example/1" }];
  const question = asked({ kind: "elicitation", server: "shop", tool: "pay", message: "", form_schema: {}, requests });
  expect(takesData(question)).toBe(false);
  expect(question.requests[0]?.url).toBe("https://pay.example/1");
});

test("nobody is asked by a wait for time", () => {
  expect(
    askedBy({ seq: 2, since: moment(0), until: moment(9), ended_at: null, waits_for: { kind: "time" } }),
  ).toBeNull();
});

test.each(["javascript:alert(1)", "data:text/html,x", " https://x", "//x", 5, null])("%s is no link", (url) => {
  expect(linkOf(url)).toBeNull();
});
