import { expect, test } from "vitest";

import { targetPage } from "./target";

const RUN = "01890000-0000-7000-8000-000000000001";

test.each([
  ["run.start", "news_daily", "/scenarios/$scenarioId"],
  ["run.cancel", RUN, "/runs/$runId"],
  ["run.fork", RUN, "/runs/$runId"],
  ["scenario.save", "news_daily", "/scenarios/$scenarioId"],
  ["schedule.pause", "nightly", "/schedules/$name"],
  ["hook.save", "push", "/hooks/$name"],
  ["tool.call", "files/read", "/tools/$server/$tool"],
  ["key.create", "0123456789ab", "/keys"],
])("%s of %s leads to %s", (action, target, to) => {
  expect(targetPage(action, target)?.to).toBe(to);
});

test.each([
  ["run.start", ""],
  ["run.bulk", "cancel"],
  ["scenario.save", "../../evil"],
  ["tool.call", "files"],
  ["session.begin", "key:ann"],
  ["unknown", "<script>"],
])("%s of %j leads nowhere", (action, target) => {
  expect(targetPage(action, target)).toBeNull();
});
