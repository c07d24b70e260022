import { beforeEach, expect, test } from "vitest";

import { ApiError } from "@/api/client";
import { LONG_ENOUGH, QUIET } from "./liveRun";
import { LINGER, OpenRuns } from "./openRuns";
import type { FromTab, Post } from "./protocol";
import { Tab } from "./tab";
import { TestBrowser } from "./testBrowser";
import { journal, runFinished, started } from "./testing";
import type { SeenEvent } from "./types";

const RUN = "0b9d2c1e-8d2f-4c57-9a70-3f0c6a1f2b11";

let browser: TestBrowser;
let frames: (() => void)[];
let sent: FromTab[];
let receive: Post;
let runs: OpenRuns;

beforeEach(() => {
  browser = new TestBrowser();
  frames = [];
  sent = [];
  const tab = new Tab(
    (post) => {
      receive = post;
      return { send: (message) => sent.push(message) };
    },
    () => true,
  );
  runs = new OpenRuns(tab, (work) => frames.push(work), browser.after);
});

/** The next frame is drawn. */
function frame(): void {
  for (const work of frames.splice(0)) work();
}

function comes(events: readonly SeenEvent[]): void {
  const sentEvents = events.map(({ seq, type, data }) => ({ seq, type, text: JSON.stringify(data) }));
  receive([{ type: "events", run_id: RUN, events: sentEvents }]);
}

/** The runs that the hub was told last. */
async function follows(): Promise<Readonly<Record<string, number>> | undefined> {
  await Promise.resolve();
  return sent.flatMap((message) => (message.type === "tab" ? [message.follows] : [])).at(-1);
}

test("all callers have one store, and it is followed once somebody claims it", async () => {
  const store = runs.get(RUN);
  expect(runs.get(RUN.toUpperCase())).toBe(store);
  expect(await follows()).toEqual({});
  runs.claim(store);
  expect(await follows()).toEqual({ [RUN]: 0 });
});

test("listeners are told once in a frame, however many events came", () => {
  const store = runs.get(RUN);
  runs.claim(store);
  let told = 0;
  store.subscribe(() => (told += 1));
  for (const event of journal(started("a"), started("b"))) comes([event]);
  expect([told, frames.length]).toEqual([0, 1]);
  frame();
  expect(told).toBe(1);
  expect(store.steps()).toHaveLength(2);
});

test("a run is loading until it is quiet", () => {
  const store = runs.get(RUN);
  runs.claim(store);
  comes(journal());
  browser.pass(QUIET - 1);
  comes(journal(started("a")));
  browser.pass(QUIET - 1);
  expect(store.phase()).toBe("loading");
  browser.pass(1);
  expect(store.phase()).toBe("ready");
});

test("a run that is never quiet is shown all the same", () => {
  const store = runs.get(RUN);
  runs.claim(store);
  const events = journal(...Array.from({ length: 100 }, (_, index) => started(`each[${index}]`, "each")));
  for (let passed = 0; passed < LONG_ENOUGH; passed += 20) {
    comes(events.splice(0, 1));
    browser.pass(20);
  }
  expect(store.phase()).toBe("ready");
});

test("a run that has ended is ready at once, and asks for no more", async () => {
  const store = runs.get(RUN);
  runs.claim(store);
  expect(await follows()).toEqual({ [RUN]: 0 });
  comes(journal(started("a"), runFinished("success")));
  expect(store.phase()).toBe("ready");
  receive([{ type: "hello" }]);
  expect(await follows()).toEqual({});
});

test("the hub is told how far a run is when it began anew", async () => {
  runs.claim(runs.get(RUN));
  comes(journal(started("a"), started("b")));
  receive([{ type: "hello" }]);
  expect(await follows()).toEqual({ [RUN]: 3 });
});

test("a run that comes again from its first event shows each step once", () => {
  const store = runs.get(RUN);
  runs.claim(store);
  comes(journal(started("a"), started("b")));
  receive([{ type: "restarted", run_id: RUN }]);
  comes(journal(started("a")));
  expect(store.steps().map((step) => step.path)).toEqual(["a"]);
});

test("whoever comes back soon finds the run as it was, and later it is let go", async () => {
  const store = runs.get(RUN);
  const release = runs.claim(store);
  comes(journal(started("a")));
  release();
  browser.pass(LINGER - 1);
  expect(runs.get(RUN)).toBe(store);
  const releaseAgain = runs.claim(store);
  browser.pass(2 * LINGER);
  expect(await follows()).toEqual({ [RUN]: 2 });

  releaseAgain();
  browser.pass(LINGER);
  expect(await follows()).toEqual({});
  expect(runs.get(RUN)).not.toBe(store);
});

test("a page that comes to its store late is served all the same", async () => {
  const store = runs.get(RUN);
  browser.pass(2 * LINGER);
  runs.claim(store);
  comes(journal(started("a")));
  expect(store.steps()).toHaveLength(1);
});

test("a run that does not exist fails as the API says it", () => {
  const store = runs.get(RUN);
  runs.claim(store);
  receive([{ type: "unfollowed", run_id: RUN, status: 404, code: "run.not_found", message: "Unknown run_id." }]);
  expect(store.phase()).toBe("failed");
  expect(store.failure()).toBeInstanceOf(ApiError);
  expect(store.failure()).toMatchObject({ status: 404, code: "run.not_found" });
});

test("what is no id of a run fails without a question", async () => {
  const store = runs.get("../../etc");
  runs.claim(store);
  expect(store.failure()).toMatchObject({ status: 404 });
  expect(await follows()).toEqual({});
});

test("a run that ended and is removed while it is shown says so", () => {
  const store = runs.get(RUN);
  runs.claim(store);
  comes(journal(runFinished("success")));
  receive([{ type: "news", news: [{ type: "run_deleted", run_id: RUN }] }]);
  expect(store.failure()).toMatchObject({ status: 404, message: "This run was removed." });
});
