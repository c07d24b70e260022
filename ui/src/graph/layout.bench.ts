import { bench } from "vitest";

import { large } from "./examples";
import { layoutOf } from "./layout";
import { outlineOf } from "./outline";

const document = large(500);

bench("outline and layout of 500 steps", () => {
  layoutOf(outlineOf(document), { direction: "TB", folded: new Set(), live: true });
});
