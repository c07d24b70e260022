// @vitest-environment jsdom
import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, expect, test } from "vitest";

import { useShortcut, useSingleKeys } from "./shortcuts";

let done: string[] = [];
beforeEach(() => {
  done = [];
  localStorage.clear();
});
afterEach(cleanup);

function Offer({ keys, name, enabled = true }: { keys: string; name: string; enabled?: boolean }) {
  useShortcut(keys, name, () => done.push(name), { enabled });
  return null;
}

/** Keys one after the other, on what has the focus. */
function press(...keys: string[]): void {
  for (const key of keys) {
    fireEvent.keyDown(
      document.activeElement ?? document.body,
      key === "Ctrl-k" ? { key: "k", ctrlKey: true } : { key },
    );
  }
}

test("a sequence is done at its last key, and a wrong key may begin another", () => {
  render(<Offer keys="g r" name="runs" />);
  press("g", "r");
  expect(done).toEqual(["runs"]);
  press("g", "g", "r");
  expect(done).toEqual(["runs", "runs"]);
  press("r");
  expect(done).toHaveLength(2);
});

test("who types is left alone, except for keys with Ctrl", () => {
  render(
    <>
      <Offer keys="j" name="next" />
      <Offer keys="mod+k" name="palette" />
      <input aria-label="text" />
      <input aria-label="tick" type="checkbox" />
      {/* biome-ignore lint/a11y/useSemanticElements: an editor is such a one */}
      <div role="textbox" tabIndex={0} aria-label="code" contentEditable suppressContentEditableWarning />
    </>,
  );
  for (const label of ["text", "code"]) {
    screen.getByLabelText(label).focus();
    press("j");
  }
  expect(done).toEqual([]);
  press("Ctrl-k");
  screen.getByLabelText("tick").focus();
  press("j");
  expect(done).toEqual(["palette", "next"]);
});

test("nothing on the page is done while a dialog is open", () => {
  render(
    <>
      <Offer keys="j" name="next" />
      <Offer keys="mod+k" name="palette" />
      <div role="dialog" aria-modal="true" aria-label="A question" />
    </>,
  );
  press("j", "Ctrl-k");
  expect(done).toEqual([]);
});

test("the page goes before what is there everywhere, as long as it offers something", () => {
  const { rerender } = render(
    <>
      <Offer keys="n" name="everywhere" />
      <Offer keys="n" name="page" />
    </>,
  );
  press("n");
  rerender(
    <>
      <Offer keys="n" name="everywhere" />
      <Offer keys="n" name="page" enabled={false} />
    </>,
  );
  press("n");
  expect(done).toEqual(["page", "everywhere"]);
});

function Switch() {
  const [on, setOn] = useSingleKeys();
  return (
    <button type="button" onClick={() => setOn(!on)}>
      {on ? "on" : "off"}
    </button>
  );
}

test("keys without a modifier can be switched off, and that is kept", () => {
  render(
    <>
      <Offer keys="j" name="next" />
      <Offer keys="mod+k" name="palette" />
      <Switch />
    </>,
  );
  fireEvent.click(screen.getByText("on"));
  press("j", "Ctrl-k");
  expect(done).toEqual(["palette"]);
  cleanup();
  render(<Switch />);
  fireEvent.click(screen.getByText("off"));
  expect(screen.getByText("on")).toBeTruthy();
});
