import { infiniteQueryOptions } from "@tanstack/react-query";

import { answer, api, type Schema } from "./client";
import type { paths } from "./schema";

export type AuditEntry = Schema<"AuditRow">;
export type AuditFilter = Omit<NonNullable<paths["/api/audit"]["get"]["parameters"]["query"]>, "cursor" | "limit">;

/** What was done, the newest first, page after page. */
export const auditQuery = (filter: AuditFilter, limit = 50) =>
  infiniteQueryOptions({
    queryKey: ["audit", filter, limit],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) =>
      answer(api.GET("/api/audit", { params: { query: { ...filter, limit, cursor: pageParam ?? null } }, signal })),
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });

/** Where all that fits can be fetched as a file. */
export function auditExport(filter: AuditFilter, format: "jsonl" | "csv"): string {
  const given = Object.entries(filter).flatMap(([name, value]) => (value ? [[name, String(value)]] : []));
  return `/api/audit/export?${new URLSearchParams([["format", format], ...given])}`;
}
