import { ApiError } from "@/api/client";

/** A sentence for each field of a form, from the problems of a 422; under "" stands what belongs to no field. */
export function problemsByField(error: unknown, fields: readonly string[]): Readonly<Record<string, string>> {
  if (!(error instanceof ApiError)) return {};
  const found: Record<string, string> = {};
  for (const { pointer, message } of problemsOf(error)) {
    const first = pointer.split("/")[1] ?? "";
    const field = fields.includes(first) ? first : "";
    found[field] = found[field] ? `${found[field]} ${message}` : message;
  }
  return found;
}

interface Problem {
  pointer: string;
  message: string;
}

function problemsOf(error: ApiError): readonly Problem[] {
  const { problems } = error.body;
  return Array.isArray(problems) ? problems.filter(isProblem) : [];
}

function isProblem(value: unknown): value is Problem {
  if (typeof value !== "object" || value === null) return false;
  const { pointer, message } = value as Record<string, unknown>;
  return typeof pointer === "string" && typeof message === "string";
}
