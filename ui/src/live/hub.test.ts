import { beforeEach, expect, test } from "vitest";

import { Hub, MAX_FOLLOWS, PAUSE } from "./hub";
import { type FromTab, PING, SILENCE } from "./protocol";
import { inShort, TestBrowser } from "./testBrowser";

let browser: TestBrowser;
let hub: Hub;

beforeEach(() => {
  browser = new TestBrowser();
  hub = new Hub(browser);
});

/** A tab, and what it was told since the last look. */
class TestTab {
  readonly send: (message: FromTab) => void;
  who = "key:ann";
  #told: string[] = [];

  constructor() {
    this.send = hub.connect((messages) => this.#told.push(...messages.map(inShort)));
  }

  /** Says what the tab shows; what it says comes to something after a moment. */
  shows(follows: Record<string, number> = {}, visible = true): void {
    this.send({ type: "tab", visible, who: this.who, follows });
    browser.pass(50);
  }

  get told(): readonly string[] {
    browser.pass(50);
    const told = this.#told;
    this.#told = [];
    return told;
  }
}

/** A tab that shows these runs, on a stream that is ready. */
function live(follows: Record<string, number> = {}): TestTab {
  const tab = new TestTab();
  tab.shows(follows);
  browser.stream.send("ready");
  expect(tab.told).toContain("live");
  return tab;
}

test("six tabs share one stream", () => {
  const tabs = Array.from({ length: 6 }, (_, index) => live({ [`run-${index}`]: 0 }));
  expect(browser.openStreams).toBe(1);
  expect(browser.stream.follows).toHaveLength(6);
  browser.stream.events("run-3", 1, 2);
  expect(tabs.map((tab) => tab.told.filter((said) => said.startsWith("run-")))).toEqual([
    [],
    [],
    [],
    ["run-3:1,2"],
    [],
    [],
  ]);
});

test("wishes that come together open one stream", () => {
  for (const runId of ["a", "b", "c"])
    new TestTab().send({ type: "tab", visible: true, who: "key:ann", follows: { [runId]: 0 } });
  browser.pass(50);
  expect(browser.streams).toHaveLength(1);
});

test("a stream that breaks is opened again after what was seen, and lists are fetched again", () => {
  const tab = live({ r: 0 });
  browser.stream.events("r", 1, 2, 3);
  browser.stream.break();
  expect(tab.told).toEqual(["r:1,2,3", "connecting"]);
  expect(browser.openStreams).toBe(0);
  browser.pass(1_000);
  expect(browser.stream.follows).toEqual(["r:3"]);
  browser.stream.send("ready");
  browser.stream.events("r", 4);
  expect(tab.told).toEqual(["live", "r:4"]);
});

test("the pause grows with every failure to 15 seconds, and is short again after a success", () => {
  live();
  const pauses: number[] = [];
  for (let failure = 0; failure < 6; failure += 1) {
    browser.stream.break();
    const [before, opened] = [browser.now(), browser.streams.length];
    while (browser.streams.length === opened) browser.pass(100);
    pauses.push(browser.now() - before);
  }
  expect(pauses).toEqual([1_000, 2_000, 4_000, 8_000, 15_000, 15_000]);
  browser.stream.send("ready");
  browser.stream.break();
  browser.pass(1_000);
  expect(browser.openStreams).toBe(1);
});

test("the stream is opened at once when the browser is online again", () => {
  live();
  for (let failure = 0; failure < 5; failure += 1) {
    browser.stream.break();
    browser.pass(15_000);
  }
  browser.stream.break();
  hub.online();
  browser.pass(50);
  expect(browser.openStreams).toBe(1);
});

test("a stream that seems open is opened anew when the browser has another connection", () => {
  const tab = live({ r: 0 });
  browser.stream.events("r", 1, 2);
  hub.online();
  expect(tab.told).toEqual(["r:1,2"]);
  expect([browser.streams.length, browser.openStreams]).toEqual([2, 1]);
  expect(browser.stream.follows).toEqual(["r:2"]);
});

test("a tab that comes into sight while the stream is broken does not wait for it", () => {
  const tab = live();
  browser.stream.break();
  browser.pass(1_000);
  browser.stream.break();
  tab.shows({}, false);
  tab.shows();
  expect(browser.openStreams).toBe(1);
});

test("an event that was seen already is not passed on", () => {
  const tab = live({ r: 2 });
  browser.stream.events("r", 3, 4, 3, 4, 5);
  expect(tab.told).toEqual(["r:3,4,5"]);
});

test("a gap lets the run come again from its first event", () => {
  const tab = live({ r: 0 });
  browser.stream.events("r", 1, 2, 5);
  expect(tab.told).toEqual(["r:1,2", "restarted r"]);
  expect(browser.stream.follows).toEqual(["r:0"]);
  expect(browser.openStreams).toBe(1);
});

test("a gap that stays is a kind of event that is not known here, and the run goes on", () => {
  const tab = live({ r: 0 });
  browser.stream.events("r", 1, 3);
  browser.pass(50);
  browser.stream.events("r", 1, 3, 4);
  expect(tab.told).toEqual(["r:1", "restarted r", "r:1,3,4"]);
});

test("a gap before the first event that comes is noticed too", () => {
  live({ r: 0 });
  browser.stream.events("r", 4);
  browser.pass(50);
  expect(browser.streams).toHaveLength(2);
});

test("a run that has fewer events than were seen begins anew", () => {
  const tab = live({ r: 7 });
  browser.stream.events("r", 1, 2);
  expect(tab.told).toEqual(["restarted r", "r:1,2"]);
});

test("a tab that comes later gets all events, and the others none twice", () => {
  const first = live({ r: 0 });
  browser.stream.events("r", 1, 2);
  expect(first.told).toEqual(["r:1,2"]);

  const second = new TestTab();
  second.shows({ r: 0 });
  expect(browser.stream.follows).toEqual(["r:0"]);
  expect(browser.openStreams).toBe(1);
  browser.stream.send("ready");
  browser.stream.events("r", 1, 2, 3);
  expect(first.told).toEqual(["refetch", "r:3"]);
  expect(second.told).toEqual(["live", "refetch", "r:1,2,3"]);
});

test("a run that has ended is not followed any more", () => {
  live({ r: 0, other: 0 });
  browser.stream.events("r", 1, 2, "end");
  browser.stream.break();
  browser.pass(1_000);
  expect(browser.stream.follows).toEqual(["other:0"]);
});

test("a run that nobody shows any more is not followed, and one that ended costs no new stream", () => {
  const tab = live({ r: 0, ended: 0 });
  browser.stream.events("ended", 1, "end");
  tab.shows({ r: 0 });
  expect(browser.streams).toHaveLength(1);
  tab.shows({});
  expect(browser.streams).toHaveLength(2);
  expect(browser.stream.follows).toEqual([]);
});

test("of several runs the one that does not exist is told, and the others go on", async () => {
  browser.missing.add("gone");
  const tab = new TestTab();
  tab.shows({ r: 3, gone: 0 });
  browser.stream.refuse();
  await settled();
  expect(tab.told).toEqual(["connecting", "unfollowed gone 404"]);
  expect(browser.stream.follows).toEqual(["r:3"]);
});

test("a service that refuses for another reason is asked again later", async () => {
  const tab = live({ r: 0 });
  browser.stream.break();
  browser.pass(1_000);
  browser.reachable = false;
  browser.stream.refuse();
  await settled();
  expect(browser.openStreams).toBe(0);
  browser.pass(2_000);
  expect(browser.stream.follows).toEqual(["r:0"]);
  expect(tab.told).toEqual(["connecting"]);
});

test("a run that is removed while it is followed is told, with the reason", () => {
  const tab = live({ r: 0 });
  browser.stream.send("unfollowed", { run_id: "r", code: "run.not_found", message: "Gone." });
  expect(tab.told).toEqual(["unfollowed r 404"]);
  expect(browser.streams).toHaveLength(1);
});

test("of more runs than a stream can follow, those that were asked for first are given up", () => {
  const old = live({ first: 0, second: 0 });
  const many = new TestTab();
  many.shows(Object.fromEntries(Array.from({ length: MAX_FOLLOWS - 1 }, (_, index) => [`run-${index}`, 0])));
  expect(browser.stream.follows).toHaveLength(MAX_FOLLOWS);
  expect(old.told).toEqual(["unfollowed first 422"]);
  expect(many.told).toEqual(["live"]);
});

test("the stream is closed when nobody sees a tab for a while, and opened after what was seen when somebody does", () => {
  const tab = live({ r: 0 });
  browser.stream.events("r", 1, 2);
  tab.shows({ r: 2 }, false);
  expect(browser.openStreams).toBe(1);
  browser.pass(PAUSE);
  expect(browser.openStreams).toBe(0);
  expect(tab.told).toEqual(["r:1,2", "paused"]);
  tab.shows({ r: 2 });
  expect(browser.stream.follows).toEqual(["r:2"]);
  expect(tab.told).toEqual(["connecting"]);
});

test("a tab that is seen keeps the stream open for those that are not", () => {
  const hidden = live({ r: 0 });
  live();
  hidden.shows({ r: 0 }, false);
  browser.pass(2 * PAUSE);
  expect(browser.openStreams).toBe(1);
});

test("a look away that is short closes nothing", () => {
  const tab = live();
  tab.shows({}, false);
  browser.pass(PAUSE / 2);
  tab.shows();
  browser.pass(PAUSE);
  expect(browser.streams).toHaveLength(1);
});

test("a tab that closes takes its runs with it, and the last one the stream", () => {
  const [first, second] = [live({ a: 0 }), live({ b: 0 })];
  first.send({ type: "bye" });
  browser.pass(50);
  expect(browser.stream.follows).toEqual(["b:0"]);
  second.send({ type: "bye" });
  browser.pass(50);
  expect(browser.openStreams).toBe(0);
});

test("a tab that is gone without a word is forgotten, and welcome when it speaks again", () => {
  const alive = live();
  const silent = live({ r: 0 });
  for (let passed = 0; passed < 2 * SILENCE; passed += PING) {
    browser.pass(PING);
    alive.shows();
  }
  expect(browser.stream.follows).toEqual([]);
  silent.shows({ r: 4 });
  expect(browser.stream.follows).toEqual(["r:4"]);
  expect(browser.openStreams).toBe(1);
});

test("news of all runs go to every tab", () => {
  const tabs = [live(), live({ r: 0 })];
  expect(tabs.map((tab) => tab.told)).toEqual([["refetch"], []]);
  browser.stream.send("run_status", { run_id: "a" });
  browser.stream.send("run_deleted", { run_id: "b" });
  browser.stream.send("refetch");
  expect(tabs.map((tab) => tab.told)).toEqual([
    ["news a,b", "refetch"],
    ["news a,b", "refetch"],
  ]);
});

test("what comes on a stream that was closed is not heard", () => {
  const tab = live({ r: 0 });
  const { stream } = browser;
  tab.shows({ r: 0, other: 0 });
  stream.events("r", 1);
  stream.break();
  expect(tab.told).toEqual([]);
  expect(browser.openStreams).toBe(1);
});

/** Everything that was promised is done. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
  browser.pass(50);
}

test("a stream that is refused as the session ended is not asked for again until somebody signs in", async () => {
  const tab = live({ r: 2 });
  browser.session = false;
  browser.stream.refuse();
  await Promise.resolve();
  expect(tab.told).toEqual(["connecting", "signed-out"]);
  const opened = browser.streams.length;
  browser.pass(10 * 60_000);
  tab.shows({ r: 2 });
  expect(browser.streams).toHaveLength(opened);
  browser.session = true;
  tab.who = "";
  tab.shows({ r: 2 });
  tab.who = "key:ann";
  tab.shows({ r: 2 });
  expect(browser.streams).toHaveLength(opened + 1);
  expect(browser.stream.follows).toEqual(["r:2"]);
});

test("a tab that has not heard of the sign-in yet does not end the stream of the others", () => {
  const [one, other] = [live(), live()];
  for (const tab of [one, other]) {
    tab.who = "";
    tab.shows();
  }
  expect(browser.openStreams).toBe(0);
  one.who = "key:ann";
  one.shows();
  other.shows();
  expect(browser.openStreams).toBe(1);
});

test("nobody gets what comes on the stream of another person", () => {
  const tab = live();
  const { stream } = browser;
  tab.who = "key:bob";
  tab.shows();
  expect(stream.readyState).toBe(2);
  expect(browser.openStreams).toBe(1);
});

test("a stream is not opened while nobody is signed in", () => {
  const tab = new TestTab();
  tab.who = "";
  tab.shows();
  expect(browser.streams).toHaveLength(0);
  expect(tab.told).toContain("signed-out");
});
