// Folds journals with the web UI's own code: Node reads its TypeScript as it stands. On standard input a JSON list of
// journals, each a list of events; on standard output for each of them what the fold gives after every event.

import { registerHooks } from "node:module";
import { text } from "node:stream/consumers";

// The UI's bundler finds "./growing"; Node wants the whole name.
registerHooks({
  resolve: (specifier, context, next) => next(specifier.startsWith("./") ? `${specifier}.ts` : specifier, context),
});

const { Fold } = await import(new URL("../../ui/src/live/fold.ts", import.meta.url));

const folded = (events) => {
  const fold = new Fold();
  return events.map((data, position) => {
    fold.apply({ seq: position + 1, type: data.type, data });
    const steps = fold.steps();
    const names = [...new Set(steps.map((step) => step.name))];
    return { run: fold.run(), steps, counts: Object.fromEntries(names.map((name) => [name, fold.counts(name)])) };
  });
};

process.stdout.write(JSON.stringify(JSON.parse(await text(process.stdin)).map(folded)));
