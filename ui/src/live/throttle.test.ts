import { expect, test } from "vitest";

import { TestBrowser } from "./testBrowser";
import { throttle } from "./throttle";

test("the first call works at once, those that follow once after the pause, and none is lost", () => {
  const browser = new TestBrowser();
  const worked: number[] = [];
  const call = throttle(200, () => worked.push(browser.now()), browser.after);
  call();
  browser.pass(50);
  call();
  call();
  browser.pass(1_000);
  expect(worked).toEqual([0, 200]);
  call();
  expect(worked).toEqual([0, 200, 1_050]);
});
