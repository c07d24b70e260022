/** A POST with a JSON body as a command for a shell. */
export function curlOf(path: string, body: unknown, origin = globalThis.location?.origin ?? ""): string {
  const data = quoted(JSON.stringify(body));
  return `curl ${quoted(origin + path)} -H 'content-type: application/json' -d ${data}`;
}

/** The command that begins the same run once more. */
export const curlOfRun = (scenarioId: string, input: unknown, origin?: string): string =>
  curlOf("/api/runs", { scenario_id: scenarioId, input }, origin);

/** The command that makes the same call outside of any run. */
export const curlOfCall = (server: string, tool: string, input: unknown, origin?: string): string =>
  curlOf(
    `/api/tools/${encodeURIComponent(server)}/${encodeURIComponent(tool)}/call`,
    { arguments: input ?? {} },
    origin,
  );

/** One word of a shell, whatever is in it. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
