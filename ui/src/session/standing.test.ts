import { beforeEach, expect, test } from "vitest";

import { ApiError } from "@/api/client";
import type { Session } from "@/api/session";
import { SessionKeeper, type Surroundings, type Word } from "./standing";

const NOBODY: Session = {
  auth: "on",
  signed_in: false,
  subject: null,
  name: null,
  role: null,
  scopes: [],
  every_run: null,
  scenarios: [],
  tools: [],
  expires_at: null,
  oidc: null,
};

const somebody = (name: string, more: Partial<Session> = {}): Session => ({
  ...NOBODY,
  signed_in: true,
  subject: `key:${name}`,
  name,
  role: "operator",
  scopes: ["runs:read", "runs:write"],
  every_run: false,
  ...more,
});

/** A browser whose tabs share a cookie: `here` is whose it is. */
class TestBrowser {
  here: Session = NOBODY;
  reachable = true;
  time = 0;
  asked = 0;
  readonly tabs: TestTab[] = [];

  tab(): TestTab {
    const tab = new TestTab(this);
    this.tabs.push(tab);
    return tab;
  }

  pass(milliseconds: number): void {
    this.time += milliseconds;
    for (const tab of this.tabs) tab.wake();
  }
}

class TestTab implements Surroundings {
  readonly keeper = new SessionKeeper(this);
  readonly left: string[] = [];
  #timers: { at: number; work: () => void }[] = [];

  constructor(private readonly browser: TestBrowser) {}

  current = async (): Promise<Session> => {
    this.browser.asked += 1;
    if (!this.browser.reachable) throw new Error("Nobody answers.");
    return this.browser.here;
  };

  signIn = async (key: string): Promise<Session> => {
    if (key === "wrong") throw new ApiError(401, "credential.invalid", "This key is not known.", {});
    this.browser.here = somebody(key);
    return this.browser.here;
  };

  signOut = async (): Promise<void> => {
    this.browser.here = NOBODY;
  };

  say = (word: Word): void => {
    for (const tab of this.browser.tabs) if (tab !== this) tab.keeper.heard(word);
  };

  leave = (to: string): void => {
    this.left.push(to);
  };

  after = (milliseconds: number, work: () => void): (() => void) => {
    const timer = { at: this.browser.time + milliseconds, work };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  };

  now = (): number => this.browser.time;

  wake(): void {
    const due = this.#timers.filter(({ at }) => at <= this.browser.time);
    this.#timers = this.#timers.filter(({ at }) => at > this.browser.time);
    for (const { work } of due) work();
  }
}

let browser: TestBrowser;

beforeEach(() => {
  browser = new TestBrowser();
});

/** What was promised has happened. */
const settled = () => new Promise((resolve) => setTimeout(resolve, 0));

async function opened(): Promise<TestTab> {
  const tab = browser.tab();
  await tab.keeper.load();
  await settled();
  return tab;
}

test("who it is is asked once, however many pages want to know", async () => {
  browser.here = somebody("ann");
  const tab = browser.tab();
  await Promise.all([tab.keeper.load(), tab.keeper.load()]);
  await tab.keeper.load();
  expect(browser.asked).toBe(1);
  expect(tab.keeper.standing()).toEqual({ session: browser.here, ended: false });
});

test("a service that does not answer is asked again with the next page", async () => {
  browser.reachable = false;
  const tab = browser.tab();
  await expect(tab.keeper.load()).rejects.toThrow("Nobody answers.");
  browser.reachable = true;
  await tab.keeper.load();
  expect(tab.keeper.standing().session).toEqual(NOBODY);
});

test("a refusal alone ends nothing: the service is asked, once for many of them", async () => {
  browser.here = somebody("ann");
  const tab = await opened();
  browser.asked = 0;
  await Promise.all([tab.keeper.check(), tab.keeper.check(), tab.keeper.check()]);
  expect(browser.asked).toBe(1);
  expect(tab.keeper.standing().ended).toBe(false);
});

test("an ended session keeps its page, and goes on with it when the same person is back", async () => {
  browser.here = somebody("ann");
  const tab = await opened();
  browser.here = NOBODY;
  await tab.keeper.check();
  expect(tab.keeper.standing()).toMatchObject({ ended: true, session: { name: "ann" } });
  await tab.keeper.signIn("ann");
  expect(tab.keeper.standing().ended).toBe(false);
  expect(tab.left).toEqual([]);
});

test("another person gets a page of their own, not what was open", async () => {
  browser.here = somebody("ann");
  const tab = await opened();
  browser.here = NOBODY;
  await tab.keeper.check();
  await tab.keeper.signIn("bob");
  expect(tab.left).toEqual(["same-page"]);
});

test("a key that does not count changes nothing", async () => {
  const tab = await opened();
  await expect(tab.keeper.signIn("wrong")).rejects.toThrow("not known");
  expect(tab.keeper.standing().session).toEqual(NOBODY);
});

test("a session that ends by its time is noticed without any request", async () => {
  browser.here = somebody("ann", { expires_at: new Date(60_000).toISOString() });
  const tab = await opened();
  browser.here = NOBODY;
  browser.pass(59_000);
  await settled();
  expect(tab.keeper.standing().ended).toBe(false);
  browser.pass(2_000);
  await settled();
  expect(tab.keeper.standing().ended).toBe(true);
});

test("a session that is longer than a browser's timers is looked at once a day", async () => {
  browser.here = somebody("ann", { expires_at: new Date(90 * 86_400_000).toISOString() });
  const tab = await opened();
  browser.asked = 0;
  browser.pass(86_400_000);
  await settled();
  expect(browser.asked).toBe(1);
  expect(tab.keeper.standing().ended).toBe(false);
});

test("signing out signs every tab out, and lets go of what they show", async () => {
  browser.here = somebody("ann");
  const [one, other] = [await opened(), await opened()];
  await one.keeper.signOut();
  expect([one.left, other.left]).toEqual([["sign-in"], ["sign-in"]]);
});

test("signing in in one tab lets the others go on", async () => {
  browser.here = somebody("ann");
  const [one, other] = [await opened(), await opened()];
  browser.here = NOBODY;
  await Promise.all([one.keeper.check(), other.keeper.check()]);
  expect(other.keeper.standing().ended).toBe(true);
  await one.keeper.signIn("ann");
  await settled();
  expect(other.keeper.standing().ended).toBe(false);
});

test("a tab that waits at the sign-in hears that another one did it", async () => {
  const [one, other] = [await opened(), await opened()];
  await one.keeper.signIn("ann");
  await settled();
  expect(other.keeper.standing().session).toMatchObject({ signed_in: true, name: "ann" });
});

test("a role that changed counts from the first refusal on", async () => {
  browser.here = somebody("ann");
  const tab = await opened();
  browser.here = somebody("ann", { role: "viewer", scopes: ["runs:read"] });
  await tab.keeper.check();
  expect(tab.keeper.standing().session?.role).toBe("viewer");
});

test("where nobody signs in, refusals and other tabs change nothing", async () => {
  browser.here = { ...somebody("local"), auth: "off" };
  const tab = await opened();
  browser.asked = 0;
  tab.keeper.heard({ type: "out" });
  await tab.keeper.check();
  expect([browser.asked, tab.left]).toEqual([0, []]);
});

test("a service that is away ends no session", async () => {
  browser.here = somebody("ann");
  const tab = await opened();
  browser.reachable = false;
  await tab.keeper.check();
  expect(tab.keeper.standing().ended).toBe(false);
});
