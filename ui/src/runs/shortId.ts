/** The end of a run's id: runs that began together have the beginning in common. The search finds it. */
export const shortId = (runId: string): string => runId.slice(-8);
