import { queryOptions } from "@tanstack/react-query";

import { answer, api, type Schema } from "./client";

export type SettingRow = Schema<"SettingRow">;

/** With what the service was started; it does not change while it runs. */
export const settingsQuery = () =>
  queryOptions({
    queryKey: ["settings"],
    staleTime: 60_000,
    queryFn: ({ signal }) => answer(api.GET("/api/settings", { signal })),
  });
