/** What is another in one JSON value than in another: a list of places, no patch. */

export type JsonChange =
  | { readonly pointer: string; readonly kind: "added"; readonly after: unknown }
  | { readonly pointer: string; readonly kind: "removed"; readonly before: unknown }
  | { readonly pointer: string; readonly kind: "changed"; readonly before: unknown; readonly after: unknown };

/** The places in which two values differ, in the order of the documents; items of lists are compared by their index. */
export function jsonDiff(before: unknown, after: unknown): readonly JsonChange[] {
  const changes: JsonChange[] = [];
  collect(before, after, "", changes);
  return changes;
}

/** Whether two values are the same JSON; the order of keys does not count. */
export function sameJson(one: unknown, other: unknown): boolean {
  if (Object.is(one, other)) return true;
  const keys = keysOf(one, other);
  if (keys === null || sizeOf(one) !== sizeOf(other)) return false;
  return keys.every((key) => has(one, key) && has(other, key) && sameJson(at(one, key), at(other, key)));
}

function collect(before: unknown, after: unknown, pointer: string, changes: JsonChange[]): void {
  if (Object.is(before, after)) return;
  const keys = keysOf(before, after);
  if (keys === null) {
    changes.push({ pointer, kind: "changed", before, after });
    return;
  }
  for (const key of keys) {
    const place = `${pointer}/${escaped(key)}`;
    if (!has(before, key)) changes.push({ pointer: place, kind: "added", after: at(after, key) });
    else if (!has(after, key)) changes.push({ pointer: place, kind: "removed", before: at(before, key) });
    else collect(at(before, key), at(after, key), place, changes);
  }
}

/** The keys of both, when both are objects or both lists; else null. */
function keysOf(one: unknown, other: unknown): readonly string[] | null {
  if (!isContainer(one) || !isContainer(other) || Array.isArray(one) !== Array.isArray(other)) return null;
  return [...new Set([...Object.keys(one), ...Object.keys(other)])];
}

const isContainer = (value: unknown): value is object => typeof value === "object" && value !== null;

const sizeOf = (value: unknown): number => (isContainer(value) ? Object.keys(value).length : 0);

const has = (value: unknown, key: string): boolean => isContainer(value) && Object.hasOwn(value, key);

const at = (value: unknown, key: string): unknown => (value as Readonly<Record<string, unknown>>)[key];

const escaped = (key: string): string => key.replaceAll("~", "~0").replaceAll("/", "~1");
