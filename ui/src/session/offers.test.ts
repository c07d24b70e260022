import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const SRC = fileURLToPath(new URL("../", import.meta.url));

const files = new Map(
  readdirSync(SRC, { recursive: true, encoding: "utf8" })
    .filter((file) => /(?<!\.test)(?<!\.d)\.tsx?$/.test(file))
    .map((file) => [file, readFileSync(join(SRC, file), "utf8")] as const),
);

/** Calls of these routes change nothing that is anybody's: who may read may make them. */
const ASKING = [
  "/api/scenarios/validate",
  "/api/expressions/evaluate",
  // Who is not signed in has no role yet.
  "/api/session",
];

const CALL = /\bapi\s*\.(POST|PUT|PATCH|DELETE)\(\s*"([^"]+)"/g;
const EXPORTED = /^export (?:const|function|async function) (\w+)([\s\S]*?)(?=^export |(?![\s\S]))/gm;

/** What is exported of the API's client, by name. */
const exported = [...files]
  .filter(([file]) => file.startsWith("api/"))
  .flatMap(([, text]) => [...text.matchAll(EXPORTED)].map(([, name = "", rest = ""]) => ({ name, rest })));

const deeds = exported.filter(({ rest }) => /^\s*= deed\(/.test(rest)).map(({ name }) => name);

test("whatever changes something is a deed, with the scope that it takes", () => {
  const bare = exported
    .filter(({ name }) => !deeds.includes(name))
    .flatMap(({ name, rest }) => [...rest.matchAll(CALL)].map(([, , path = ""]) => ({ name, path })))
    .filter(({ path }) => !ASKING.includes(path));
  expect(bare).toEqual([]);
  expect(deeds.length).toBeGreaterThanOrEqual(16);
});

test("nobody calls the API past its client", () => {
  const past = [...files].filter(([file, text]) => !file.startsWith("api/") && text.match(CALL));
  expect(past.map(([file]) => file)).toEqual([]);
});

test("whoever does a deed asks whether it is allowed", () => {
  const careless = [...files].flatMap(([file, text]) => {
    if (file.startsWith("api/")) return [];
    const imports = [...text.matchAll(/import \{([^}]*)\} from "@\/api\/[^"]+"/g)].map(([, list = ""]) => list);
    const done = deeds.filter((name) => imports.some((list) => new RegExp(`\\b${name}\\b`).test(list)));
    return done.filter((name) => !asks(text, name)).map((name) => `${file}: ${name}`);
  });
  expect(careless).toEqual([]);
});

test("a way around the rule would be found", () => {
  expect(asks("<Button onClick={() => cancelRun(id)}>", "cancelRun")).toBe(false);
  expect(asks("<Allowed to={cancelRun}><Button /></Allowed>", "cancelRun")).toBe(true);
  expect(asks("<Allowed to={paused ? resumeSchedule : pauseSchedule}>", "pauseSchedule")).toBe(true);
});

/** Whether a file names a deed where it asks: `to={…}` of `Allowed` and what is made with it, `useMay(…)`, or a table for one. */
function asks(text: string, deed: string): boolean {
  const asked = [/\bto=\{([^}]*)\}/g, /\buseMay\(([^)]*)\)/g, /\bconst deeds = \{([^}]*)\}/g];
  return asked.some((each) => [...text.matchAll(each)].some(([, what = ""]) => new RegExp(`\\b${deed}\\b`).test(what)));
}
