/** What is known of a call without a result: whether it can be made again without harm. */
export function ranSentence(ran: unknown): string {
  if (ran === true) return "The tool did run.";
  if (ran === false) return "The tool did not run; the call can be made again.";
  return "Nobody knows whether the tool ran. Look before you call it again.";
}
