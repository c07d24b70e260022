// @vitest-environment jsdom
import { act, cleanup, fireEvent, screen, waitFor, within } from "@testing-library/react";
import { afterEach, beforeAll, expect, test, vi } from "vitest";

import { aForm, likeABrowser } from "./testing";

// A long list of options is slow to search in a simulated page.
vi.setConfig({ testTimeout: 20_000 });

beforeAll(async () => {
  likeABrowser();
  await import("./FormTabs"); // It is loaded late; that takes its time once.
}, 30_000);
afterEach(cleanup);

const type = (label: string | RegExp, text: string) =>
  fireEvent.change(screen.getByLabelText(label), { target: { value: text } });
const press = (name: string | RegExp) => fireEvent.click(screen.getByRole("button", { name }));
const send = () => press("Send");
const tab = (name: string) => fireEvent.click(screen.getByRole("tab", { name }));
const choose = async (label: string | RegExp, option: string) => {
  const input = screen.getAllByLabelText(label).find((each) => each.tagName === "INPUT");
  if (!input) throw new Error(`No input ${String(label)}`);
  fireEvent.click(input);
  fireEvent.click(await screen.findByRole("option", { name: option, hidden: true }));
};

const object = (properties: Record<string, unknown>, required: string[] = []) => ({
  type: "object",
  properties,
  required,
});

test("an untouched optional field is left out, and a cleared one again", async () => {
  const form = await aForm(object({ who: { type: "string" }, age: { type: "integer" } }));
  expect(form.current()).toEqual({});
  type("who", "Ada");
  type("age", "36");
  expect(form.current()).toEqual({ who: "Ada", age: 36 });
  type("who", "");
  send();
  expect(form.sent).toEqual([{ age: 36 }]);
  expect(Object.keys(form.sent[0] as object)).toEqual(["age"]);
});

test("a chosen value keeps its type: numbers, null and objects of an enum stay what they are", async () => {
  const form = await aForm(object({ level: { enum: [1, "1", null, true, { a: 1 }] } }));
  await choose("level", "1");
  expect(form.current()).toEqual({ level: 1 });
  await choose("level", '"1"');
  expect(form.current()).toEqual({ level: "1" });
  await choose("level", "null");
  expect(form.current()).toEqual({ level: null });
  await choose("level", '{"a":1}');
  expect(form.current()).toEqual({ level: { a: 1 } });
});

test("an enum with a type of number gives numbers", async () => {
  const form = await aForm(object({ level: { type: "integer", enum: [10, 20] } }));
  await choose("level", "20");
  send();
  expect(form.sent).toEqual([{ level: 20 }]);
});

test("defaults and constants are filled in, examples only offered", async () => {
  const form = await aForm(
    object(
      { days: { type: "integer", default: 7 }, kind: { const: "report" }, who: { type: "string", examples: ["Ada"] } },
      ["kind"],
    ),
  );
  await waitFor(() => expect(form.current()).toEqual({ days: 7, kind: "report" }));
  expect((screen.getByLabelText("who") as HTMLInputElement).placeholder).toBe("Ada");
  press("Use the example Ada");
  expect(form.current()).toEqual({ days: 7, kind: "report", who: "Ada" });
});

test("a choice shows one shape at a time, and what was filled in comes back with it", async () => {
  const form = await aForm(
    object(
      {
        to: {
          anyOf: [
            object({ kind: { const: "mail" }, address: { type: "string" } }, ["kind", "address"]),
            object({ kind: { const: "chat" }, room: { type: "string" } }, ["kind", "room"]),
          ],
        },
      },
      ["to"],
    ),
  );
  type(/^address/, "ada@example.org");
  fireEvent.click(screen.getByRole("radio", { name: "chat" }));
  expect(screen.queryByLabelText(/^address/)).toBeNull();
  type(/^room/, "desk");
  expect(form.current()).toEqual({ to: { kind: "chat", room: "desk" } });
  fireEvent.click(screen.getByRole("radio", { name: "mail" }));
  expect(form.current()).toEqual({ to: { kind: "mail", address: "ada@example.org" } });
});

test("a choice begins with the shape that the value has", async () => {
  await aForm(object({ id: { anyOf: [{ type: "string" }, { type: "integer" }] } }), { id: 5 });
  expect((screen.getByRole("radio", { name: "Whole number" }) as HTMLInputElement).checked).toBe(true);
  expect((screen.getByLabelText("id", { selector: "input[type=text]" }) as HTMLInputElement).value).toBe("5");
});

test("a type that may be null can be left out, null, or a value", async () => {
  const form = await aForm(object({ note: { type: ["string", "null"] } }));
  expect(form.current()).toEqual({});
  fireEvent.click(screen.getByRole("radio", { name: "null" }));
  expect(form.current()).toEqual({ note: null });
  fireEvent.click(screen.getByRole("radio", { name: "Text" }));
  expect(form.current()).toEqual({});
});

test("a boolean is yes, no, or left out", async () => {
  const form = await aForm(object({ dry: { type: "boolean" } }));
  fireEvent.click(screen.getByRole("radio", { name: "No" }));
  expect(form.current()).toEqual({ dry: false });
  fireEvent.click(screen.getByRole("radio", { name: "Leave out" }));
  expect(form.current()).toEqual({});
});

test("items of a list are added, moved and removed with buttons", async () => {
  const form = await aForm(object({ urls: { type: "array", items: { type: "string" } } }));
  press("Add an item to urls");
  press("Add an item to urls");
  type("urls 1", "a");
  type("urls 2", "b");
  expect(form.current()).toEqual({ urls: ["a", "b"] });
  press("Move item 2 up");
  expect(form.current()).toEqual({ urls: ["b", "a"] });
  press("Remove item 1");
  expect(form.current()).toEqual({ urls: ["a"] });
  expect(document.activeElement?.getAttribute("aria-label")).toBe("Add an item to urls");
});

test("definitions are followed, also those that lead to themselves, down to a field for JSON", async () => {
  const tree = {
    $defs: { node: object({ name: { type: "string" }, child: { $ref: "#/$defs/node" } }) },
    $ref: "#/$defs/node",
  };
  const form = await aForm(tree);
  expect(screen.getAllByLabelText("name").length).toBeGreaterThan(1);
  expect(screen.getByLabelText(/child \(JSON\)/)).toBeTruthy();
  fireEvent.change(screen.getAllByLabelText("name")[1] as HTMLElement, { target: { value: "below" } });
  expect(form.current()).toEqual({ child: { name: "below" } });
  fireEvent.change(screen.getAllByLabelText("name")[1] as HTMLElement, { target: { value: "" } });
  expect(form.current()).toEqual({});
});

test("a part without a form is written as JSON, the rest is a form", async () => {
  const form = await aForm(
    object({ who: { type: "string" }, extra: {}, headers: { patternProperties: { "^x": {} } } }),
  );
  type("who", "Ada");
  type(/extra \(JSON\)/, "[1, null]");
  expect(form.current()).toEqual({ who: "Ada", extra: [1, null] });
  type(/extra \(JSON\)/, "[1,");
  send();
  expect(form.sent).toEqual([]);
  expect(screen.getByText(/This is not JSON yet, at 1:4/)).toBeTruthy();
});

test("fields that the schema does not name can be added, named and removed", async () => {
  const form = await aForm({ type: "object", additionalProperties: { type: "integer" } });
  press("Add a field");
  fireEvent.blur(screen.getByLabelText("Name"), { target: { value: "tries" } });
  type("tries", "3");
  expect(form.current()).toEqual({ tries: 3 });
  press("Remove the field tries");
  expect(form.current()).toEqual({});
});

test.each([[undefined], [null], [{}], [true]])("no schema (%s) gives a field for JSON", async (schema) => {
  const form = await aForm(schema);
  expect(screen.queryByRole("tab", { name: "Form" })).toBeNull();
  type("Value as JSON", '{"a": 1}');
  send();
  expect(form.sent).toEqual([{ a: 1 }]);
});

test("form and JSON are one value, and a text that is broken is kept while looking at the form", async () => {
  const form = await aForm(object({ who: { type: "string" } }), { who: "Ada" });
  tab("JSON");
  const text = () => screen.getByLabelText("Value as JSON") as HTMLTextAreaElement;
  expect(JSON.parse(text().value)).toEqual({ who: "Ada" });
  fireEvent.change(text(), { target: { value: '{"who": "Bob", "x": 1}' } });
  tab("Form");
  expect((screen.getByLabelText("who") as HTMLInputElement).value).toBe("Bob");
  tab("JSON");
  expect(text().value).toBe('{"who": "Bob", "x": 1}');
  fireEvent.change(text(), { target: { value: '{\n  "who": Bob\n}' } });
  expect(screen.getByText(/at 2:10/)).toBeTruthy();
  send();
  expect(form.sent).toEqual([]);
  tab("Form");
  tab("JSON");
  expect(text().value).toBe('{\n  "who": Bob\n}');
  expect(form.current()).toEqual({ who: "Bob", x: 1 });
});

test("a value that is no object has no fields, and can be begun again", async () => {
  const form = await aForm(object({ who: { type: "string" } }), [1]);
  expect(screen.getByText("The JSON is not an object")).toBeTruthy();
  press("Begin again");
  expect(form.current()).toEqual({});
  expect(screen.getByLabelText("who")).toBeTruthy();
});

test("problems stand once, at their field, and the first one has the focus", async () => {
  const form = await aForm(
    object({ who: { type: "string" }, to: object({ mail: { type: "string" } }, ["mail"]) }, ["to"]),
  );
  send();
  expect(await screen.findAllByText("Fill this in.")).toHaveLength(1);
  const field = screen.getByLabelText(/^mail/);
  expect(field.getAttribute("aria-invalid")).toBe("true");
  await waitFor(() => expect(document.activeElement).toBe(field));
  expect(form.sent).toEqual([]);
  type(/^mail/, "x");
  expect(screen.queryByText("Fill this in.")).toBeNull();
  fireEvent.keyDown(screen.getByLabelText(/^mail/), { key: "Enter", ctrlKey: true });
  expect(form.sent).toEqual([{ to: { mail: "x" } }]);
});

test("what the service found stands at its field until that is changed; what has no field stands above", async () => {
  const form = await aForm(object({ who: { type: "string" }, raw: {} }), { who: "Ada", raw: { a: [1] } });
  act(() =>
    form.tell([
      { pointer: "/who", message: "Nobody is called so." },
      { pointer: "/raw/a/0", message: "1 is too small." },
      { pointer: "/secret", message: "It is not set." },
    ]),
  );
  const above = await screen.findByText("This cannot be sent yet");
  expect(within(above.closest("[role=alert]") as HTMLElement).getByText("/secret")).toBeTruthy();
  expect(screen.getAllByText("Nobody is called so.")).toHaveLength(1);
  expect(screen.getByLabelText("who").getAttribute("aria-invalid")).toBe("true");
  expect(screen.getByText("At /a/0: 1 is too small.")).toBeTruthy();
  type("who", "Bob");
  expect(screen.queryByText("Nobody is called so.")).toBeNull();
  expect(screen.getByText("/secret")).toBeTruthy();
});

test("titles and descriptions are text", async () => {
  await aForm(
    object({ a: { type: "string", title: "<b>Bold</b>", description: "<img src=x onerror=alert(1)> **no**" } }),
  );
  expect(screen.getByText("<img src=x onerror=alert(1)> **no**")).toBeTruthy();
  expect(document.querySelector("img, b, strong")).toBeNull();
});

test("names that a prototype has are only names", async () => {
  const form = await aForm(object({ constructor: { type: "string" }, toString: { type: "string" } }));
  type("toString", "x");
  expect(form.current()).toEqual({ toString: "x" });
  expect(({} as Record<string, unknown>).x).toBeUndefined();
});

test("a moment is picked in the reader's zone and sent in UTC", async () => {
  const form = await aForm(object({ since: { type: "string", format: "date-time" } }));
  const field = screen.getByLabelText("since") as HTMLInputElement;
  expect(field.type).toBe("datetime-local");
  fireEvent.change(field, { target: { value: "2026-04-24T12:00" } });
  expect(form.current()).toEqual({ since: new Date("2026-04-24T12:00").toISOString() });
});

test("a definition that may be null is a list of choices, and is cleared again", async () => {
  const form = await aForm({
    $defs: { Role: { enum: ["admin", "guest"], type: "string" } },
    ...object({
      role: { anyOf: [{ $ref: "#/$defs/Role" }, { type: "null" }], default: null },
      tags: { type: "array", items: {} },
    }),
  });
  await waitFor(() => expect(form.current()).toEqual({ role: null }));
  fireEvent.click(screen.getByRole("radio", { name: "One of several" }));
  expect(form.current()).toEqual({});
  await choose("role", "guest");
  send();
  expect(form.sent).toEqual([{ role: "guest" }]);
});

test("a choice at the top is a form", async () => {
  const mail = object({ kind: { const: "email" }, address: { type: "string" } }, ["kind", "address"]);
  const sms = object({ kind: { const: "sms" }, phone: { type: "string" } }, ["kind", "phone"]);
  const form = await aForm({ oneOf: [mail, sms] });
  fireEvent.click(await screen.findByRole("radio", { name: "sms" }));
  type(/^phone/, "123");
  send();
  expect(form.sent).toEqual([{ kind: "sms", phone: "123" }]);
});
