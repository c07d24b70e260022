import { expect, test } from "vitest";

import { forget, keep, kept } from "./keptTexts";

/** The part of the browser's storage that is used, over a map. */
function storage(full = false): Storage {
  const items = new Map<string, string>();
  return {
    get length() {
      return items.size;
    },
    clear: () => items.clear(),
    key: () => null,
    getItem: (key) => items.get(key) ?? null,
    setItem: (key, value) => {
      if (full) throw new DOMException("full", "QuotaExceededError");
      items.set(key, value);
    },
    removeItem: (key) => void items.delete(key),
  };
}

const draft = { text: "a: 1\n", syntax: "yaml", revision: "r1", at: "2026-04-24T12:00:00Z" } as const;

test("a draft is kept per scenario until it is forgotten, apart from what was saved", () => {
  const here = storage();
  keep("draft", "hello", draft, here);
  expect(kept("draft", "hello", here)).toEqual(draft);
  expect(kept("draft", "other", here)).toBeNull();
  expect(kept("written", "hello", here)).toBeNull();
  forget("draft", "hello", here);
  expect(kept("draft", "hello", here)).toBeNull();
});

test("what others wrote there is nothing", () => {
  const here = storage();
  for (const text of ["{", "[]", '"x"', '{"text": 1}', '{"text":"","syntax":"xml","revision":null,"at":""}']) {
    here.setItem("callsheet-draft:hello", text);
    expect(kept("draft", "hello", here)).toBeNull();
  }
});

test("a storage that is full says so and breaks nothing", () => {
  expect(keep("draft", "hello", draft, storage(true))).toBe(false);
});
