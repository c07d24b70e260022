import type { CallRequest } from "@/api/tools";

export const callPath = (server: string, tool: string): string =>
  `/api/tools/${encodeURIComponent(server)}/${encodeURIComponent(tool)}/call`;

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/** The same request for a POSIX shell. */
export function curlOf(origin: string, server: string, tool: string, request: CallRequest): string {
  const url = quoted(`${origin}${callPath(server, tool)}`);
  return `curl ${url} -H 'content-type: application/json' -d ${quoted(JSON.stringify(request))}`;
}
