import { queryOptions } from "@tanstack/react-query";

import { answer, answered, api, type Schema } from "./client";
import { deed } from "./deed";

export type ToolSummary = Schema<"ToolSummary">;
export type ToolServer = Schema<"ToolServerDetail">;

export const toolKeys = { all: ["tools"] as const, servers: ["tool-servers"] as const };

/** The tools of all living servers, and the names of the servers that could not be asked. */
export const toolsQuery = () =>
  queryOptions({
    queryKey: toolKeys.all,
    staleTime: 60_000,
    queryFn: async ({ signal }) => {
      const { data, response } = await answered(api.GET("/api/tools", { signal }));
      const unavailable = response.headers.get("callsheet-unavailable-servers") ?? "";
      return {
        tools: data,
        unavailable: unavailable
          .split(",")
          .map((name) => decodeURIComponent(name.trim()))
          .filter(Boolean),
      };
    },
  });

/** What is known of each tool server, without asking any. */
export const toolServersQuery = () =>
  queryOptions({
    queryKey: toolKeys.servers,
    refetchInterval: 15_000,
    queryFn: ({ signal }) => answer(api.GET("/api/tool-servers", { signal })),
  });

export type ToolDetail = Schema<"ToolDetail">;

/** One tool as it is now, beside what was locked of it. */
export const toolQuery = (server: string, tool: string) =>
  queryOptions({
    queryKey: [...toolKeys.all, server, tool],
    queryFn: ({ signal }) =>
      answer(api.GET("/api/tools/{server}/{tool}", { params: { path: { server, tool } }, signal })),
  });

export type CallRequest = Schema<"CallRequest">;
export type CallResponse = Schema<"CallResponse">;
export type Question = Schema<"Question">;

/** One exchange of a call outside of any run; a call that asks something takes several. */
export const exchange = deed("tools:call", (server: string, tool: string, body: CallRequest, signal: AbortSignal) =>
  answer(api.POST("/api/tools/{server}/{tool}/call", { params: { path: { server, tool } }, body, signal })),
);
