import type { Key } from "@/api/keys";

/** The keys that have every word in their id, name, role, maker or patterns. */
export function found(keys: readonly Key[], search: string): readonly Key[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return keys;
  return keys.filter((key) => {
    const { key_id, name, role, created_by, scenarios, tools } = key;
    const text = [`cs_${key_id}_`, name, role, created_by, ...scenarios, ...tools].join("\n").toLowerCase();
    return words.every((word) => text.includes(word));
  });
}
