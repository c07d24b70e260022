import { MantineProvider } from "@mantine/core";
import { render, screen, waitFor } from "@testing-library/react";
import { useState } from "react";
import { vi } from "vitest";

import { type Problem, SchemaForm } from "@/forms";

/** What the components ask of a browser and jsdom does not have. */
export function likeABrowser(): void {
  vi.stubGlobal("matchMedia", (query: string) => ({
    matches: false,
    media: query,
    addEventListener: () => undefined,
    removeEventListener: () => undefined,
    addListener: () => undefined,
    removeListener: () => undefined,
  }));
  vi.stubGlobal(
    "ResizeObserver",
    class {
      observe() {}
      unobserve() {}
      disconnect() {}
    },
  );
  Object.defineProperty(document, "fonts", { value: new EventTarget(), configurable: true });
  Element.prototype.scrollIntoView = () => undefined;
}

interface Held {
  value: unknown;
  sent: unknown[];
  tell: (problems: readonly Problem[]) => void;
}

function Page({ schema, held, problems }: { schema: unknown; held: Held; problems?: readonly Problem[] | undefined }) {
  const [value, setValue] = useState(held.value);
  const [told, setTold] = useState(problems);
  held.value = value;
  held.tell = setTold;
  return (
    <SchemaForm
      schema={schema}
      value={value}
      onChange={setValue}
      onSubmit={(submitted) => held.sent.push(submitted)}
      submitLabel="Send"
      to="runs:write"
      {...(told && { problems: told })}
    />
  );
}

/** A form as a page holds one: `current()` is its value, `sent` what was submitted. */
export async function aForm(schema: unknown, value?: unknown, problems?: readonly Problem[]) {
  const held: Held = { value, sent: [], tell: () => undefined };
  render(
    <MantineProvider env="test">
      <Page schema={schema} held={held} problems={problems} />
    </MantineProvider>,
  );
  await waitFor(() => screen.getByRole("button", { name: "Send" }), { timeout: 4000 });
  return { current: () => held.value, sent: held.sent, tell: (next: readonly Problem[]) => held.tell(next) };
}
