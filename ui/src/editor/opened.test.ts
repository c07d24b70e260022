import { beforeEach, expect, test } from "vitest";

import type { ScenarioText } from "@/api/editing";
import { type KeptText, keep } from "@/editor/saving/keptTexts";
import { opened } from "./opened";

const items = new Map<string, string>();
const storage = {
  getItem: (key: string) => items.get(key) ?? null,
  setItem: (key: string, value: string) => void items.set(key, value),
} as Storage;

const saved: ScenarioText = {
  scenario_id: "hello",
  source: '{"name": "x"}',
  syntax: "json",
  path: null,
  read_only: false,
  revision: "r2",
};
const text = (revision: string | null): KeptText => ({ text: "name: x # why\n", syntax: "yaml", revision, at: "now" });

beforeEach(() => items.clear());

test("a saved scenario begins with its text, and with the YAML that was written for just this revision", () => {
  expect(opened("hello", saved, storage)).toMatchObject({
    text: saved.source,
    syntax: "json",
    revision: "r2",
    file: null,
  });
  keep("written", "hello", text("r1"), storage);
  expect(opened("hello", saved, storage)).toMatchObject({ text: saved.source });
  keep("written", "hello", text("r2"), storage);
  expect(opened("hello", saved, storage)).toMatchObject({ text: "name: x # why\n", syntax: "yaml" });
});

test("a draft is offered when it is another text", () => {
  keep("draft", "hello", text("r1"), storage);
  expect(opened("hello", saved, storage)?.draft?.text).toBe("name: x # why\n");
  keep("draft", "hello", { ...text("r2"), text: saved.source }, storage);
  expect(opened("hello", saved, storage)?.draft).toBeNull();
});

test("what does not exist begins with its draft, and without one is nothing", () => {
  expect(opened("hello", null, storage)).toBeNull();
  keep("draft", "hello", text(null), storage);
  expect(opened("hello", null, storage)).toMatchObject({ text: "name: x # why\n", revision: null });
});

test("a file says which one it is", () => {
  const file = { ...saved, read_only: true, path: "scenarios/hello.yaml" };
  expect(opened("hello", file, storage)?.file).toBe("scenarios/hello.yaml");
});
