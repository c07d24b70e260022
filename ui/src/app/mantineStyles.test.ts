import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

import { expect, test } from "vitest";

const SRC = fileURLToPath(new URL("../", import.meta.url));
const MANTINE = join(SRC, "../node_modules/@mantine/core");
const ALWAYS = ["baseline", "default-css-variables", "global"];

/** The files of Mantine's own modules that the pages reach from what they import of it. */
function reached(): ReadonlySet<string> {
  const found = new Set<string>();
  const open = [...named()].map(fileOf);
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    if (found.has(file)) continue;
    found.add(file);
    for (const [, path = ""] of readFileSync(file, "utf8").matchAll(/from ?["'](\.[^"']+)["']/g)) {
      open.push(resolve(dirname(file), path));
    }
  }
  return found;
}

/** What our files import of Mantine, by name; types among them have no file. */
function named(): ReadonlySet<string> {
  const files = readdirSync(SRC, { recursive: true, encoding: "utf8" }).filter((file) => /\.tsx?$/.test(file));
  const names = new Set<string>();
  for (const file of files) {
    const text = readFileSync(join(SRC, file), "utf8");
    for (const [, list = ""] of text.matchAll(/import \{([^}]*)\} from "@mantine\/core"/g)) {
      for (const name of list.split(",")) if (!/^\s*type /.test(name)) names.add(name.trim().split(" ")[0] ?? "");
    }
  }
  names.delete("");
  return names;
}

const exported = new Map(
  [...readFileSync(join(MANTINE, "esm/index.mjs"), "utf8").matchAll(/import \{([^}]*)\} from ?"(\.[^"]+)"/g)].flatMap(
    ([, list = "", path = ""]) => list.split(",").map((name) => [name.trim().split(" ").pop() ?? "", path] as const),
  ),
);

function fileOf(name: string): string {
  const path = exported.get(name);
  if (path === undefined) throw new Error(`@mantine/core exports no ${name}`);
  return join(MANTINE, "esm", path);
}

/** In the order in which Mantine's one large file has them: later ones change what earlier ones say. */
function inOrder(names: Iterable<string>): string[] {
  const whole = readFileSync(join(MANTINE, "styles.css"), "utf8");
  const place = (name: string) => whole.indexOf(readFileSync(join(MANTINE, `styles/${name}.css`), "utf8").trim());
  return [...names].sort((one, other) => place(one) - place(other));
}

test("the styles of every Mantine component that a page may show are loaded, in Mantine's order, and no others", () => {
  const modules = [...reached()].flatMap((file) => file.match(/\/([^/]+)\.module\.mjs$/)?.[1] ?? []);
  const needed = modules.filter((name) => existsSync(join(MANTINE, `styles/${name}.css`)));
  const text = readFileSync(join(SRC, "app/mantineStyles.ts"), "utf8");
  const loaded = [...text.matchAll(/styles\/([\w-]+)\.css"/g)].map(([, name = ""]) => name);
  expect(loaded).toEqual(inOrder(new Set([...ALWAYS, ...needed])));
});
