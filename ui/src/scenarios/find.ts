import type { ScenarioSummary } from "@/api/scenarios";

export interface Wanted {
  readonly q: string;
  /** All of them. */
  readonly tags: readonly string[];
}

/** The scenarios in which every word occurs and that have every tag. */
export function find(scenarios: readonly ScenarioSummary[], { q, tags }: Wanted): readonly ScenarioSummary[] {
  const words = q.toLowerCase().split(/\s+/).filter(Boolean);
  return scenarios.filter((one) => {
    const text = [one.scenario_id, one.name, one.description, ...one.tags].join(" ").toLowerCase();
    return words.every((word) => text.includes(word)) && tags.every((tag) => one.tags.includes(tag));
  });
}

/** Every tag with the number of its scenarios, the most frequent first. */
export function tagCounts(scenarios: readonly ScenarioSummary[]): readonly (readonly [string, number])[] {
  const counts = new Map<string, number>();
  for (const tag of scenarios.flatMap((one) => [...new Set(one.tags)])) counts.set(tag, (counts.get(tag) ?? 0) + 1);
  return [...counts].toSorted(([a, one], [b, other]) => other - one || a.localeCompare(b));
}

/** Tags as the address keeps them, separated by commas; a tag with a comma is not to be had this way. */
export const tagsOf = (text: string | undefined): readonly string[] => (text ?? "").split(",").filter(Boolean);

/** The same with one tag more, or less. */
export function withTag(tags: readonly string[], tag: string): string | undefined {
  const next = tags.includes(tag) ? tags.filter((one) => one !== tag) : [...tags, tag];
  return next.join(",") || undefined;
}
