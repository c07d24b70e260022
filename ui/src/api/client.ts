import createClient, { type Middleware } from "openapi-fetch";

import type { components, paths } from "./schema";

/** A type of the API by its name in the OpenAPI document. */
export type Schema<Name extends keyof components["schemas"]> = components["schemas"][Name];

/** What a route answered that did not do what it was asked for; `body` has the fields that its code promises. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly body: Readonly<Record<string, unknown>>,
  ) {
    super(message);
    this.name = "ApiError";
  }
}

/** The service was not reached at all. */
export class Unreachable extends Error {
  constructor(cause: unknown) {
    super("The service does not answer. It may be starting again; this page goes on by itself when it is back.", {
      cause,
    });
    this.name = "Unreachable";
  }
}

/** The typed client of the API: `await answer(api.GET("/api/runs/{run_id}", { params: { path: { run_id } } }))`. */
export const api = createClient<paths>({ baseUrl: globalThis.location?.origin ?? "http://127.0.0.1" });

/** Calls `listener` for every answer that says that nobody knows who asks (401), or that they may not (403). */
export function onRefusal(listener: () => void): () => void {
  const middleware: Middleware = {
    onResponse: ({ response, schemaPath }) => {
      // A key that does not fit is the affair of who typed it.
      if ((response.status === 401 || response.status === 403) && schemaPath !== "/api/session") listener();
    },
  };
  api.use(middleware);
  return () => api.eject(middleware);
}

interface Answer<Data> {
  data?: Data;
  error?: unknown;
  response: Response;
}

/**
 * The body of an answer.
 *
 * @throws ApiError the service said no, and why
 * @throws Unreachable nobody answered
 */
export async function answer<Data>(asked: Promise<Answer<Data>>): Promise<Data> {
  return (await answered(asked)).data;
}

/** The same with the response, for its headers. */
export async function answered<Data>(asked: Promise<Answer<Data>>): Promise<{ data: Data; response: Response }> {
  const { data, error, response } = await asked.catch((cause: unknown) => {
    if (cause instanceof DOMException && cause.name === "AbortError") throw cause;
    throw new Unreachable(cause);
  });
  if (!response.ok) throw refusal(response, error);
  return { data: data as Data, response };
}

function refusal(response: Response, error: unknown): ApiError {
  const body = isRecord(error) ? error : {};
  const detail =
    typeof body.detail === "string" ? body.detail : `The service answered ${response.status} ${response.statusText}.`;
  return new ApiError(response.status, typeof body.code === "string" ? body.code : "unknown", detail, body);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
