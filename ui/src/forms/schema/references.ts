import { isObject, type JsonObject, own } from "./node";

/** What a `$ref` names inside of the same document; undefined for any other, because nothing is ever fetched. */
export function resolved(ref: unknown, root: unknown): unknown {
  if (typeof ref !== "string") return undefined;
  const local = localPart(ref, root);
  if (local === undefined) return undefined;
  let found: unknown = root;
  for (const token of local.split("/").slice(1)) {
    const key = unescaped(token);
    if (Array.isArray(found)) found = found[Number(key)];
    else if (isObject(found)) found = own(found, key);
    else return undefined;
  }
  return isObject(found) || typeof found === "boolean" ? found : undefined;
}

function localPart(ref: string, root: unknown): string | undefined {
  const id = isObject(root) ? own(root, "$id") : undefined;
  const local = typeof id === "string" && id !== "" && ref.startsWith(`${id}#`) ? ref.slice(id.length) : ref;
  return local === "#" || local.startsWith("#/") ? local.slice(1) : undefined;
}

function unescaped(token: string): string {
  const text = token.replaceAll("~1", "/").replaceAll("~0", "~");
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The keywords beside a `$ref` count as well as what it names. */
export function besides(schema: JsonObject): JsonObject {
  const { $ref: _ref, ...rest } = schema;
  return rest;
}
