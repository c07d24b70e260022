type Json = Readonly<Record<string, unknown>>;

/** An input that the schema gives as an example, whole or property by property; undefined when it gives none. */
export function exampleOf(schema: unknown): Record<string, unknown> | undefined {
  const { examples, properties } = record(schema);
  const whole = Array.isArray(examples) ? examples.find(isRecord) : undefined;
  if (whole) return { ...whole };
  const parts = Object.entries(record(properties)).map(([name, property]) => [name, first(record(property))] as const);
  if (!parts.some(([, part]) => part?.example)) return undefined;
  return Object.fromEntries(parts.flatMap(([name, part]) => (part ? [[name, structuredClone(part.value)]] : [])));
}

/** The first example of a property, else its default. */
function first(property: Json): { value: unknown; example: boolean } | undefined {
  if (Array.isArray(property.examples) && property.examples.length > 0)
    return { value: property.examples[0], example: true };
  return Object.hasOwn(property, "default") ? { value: property.default, example: false } : undefined;
}

function isRecord(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function record(value: unknown): Json {
  return isRecord(value) ? value : {};
}
