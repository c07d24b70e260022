import { isObject } from "../schema/node";

/** JSON pointers (RFC 6901): how problems say where they are. */
export const pointerOf = (path: readonly (string | number)[]): string => path.map((key) => `/${escaped(key)}`).join("");

export const escaped = (key: string | number): string => String(key).replaceAll("~", "~0").replaceAll("/", "~1");

export const tokens = (pointer: string): string[] =>
  pointer
    .split("/")
    .slice(1)
    .map((token) => token.replaceAll("~1", "/").replaceAll("~0", "~"));

export function valueAt(value: unknown, pointer: string): unknown {
  let found = value;
  for (const key of tokens(pointer)) {
    if (Array.isArray(found)) found = found[Number(key)];
    else found = isObject(found) && Object.hasOwn(found, key) ? found[key] : undefined;
  }
  return found;
}
