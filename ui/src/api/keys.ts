import { queryOptions } from "@tanstack/react-query";

import { answer, api, type Schema } from "./client";
import { deed } from "./deed";

export type Key = Schema<"KeyRow">;
export type KeyWish = Schema<"KeyRequest">;
export type NewKey = Schema<"CreatedKey">;

export const keyKeys = { all: ["keys"] as const };

/** Every key, also those that count no more; what it was last used at changes without a word. */
export const keysQuery = () =>
  queryOptions({
    queryKey: keyKeys.all,
    refetchInterval: 60_000,
    queryFn: ({ signal }) => answer(api.GET("/api/keys", { signal })),
  });

/** Makes a key; the answer is the only one that has its text. */
export const makeKey = deed(
  "keys:manage",
  (wish: KeyWish): Promise<NewKey> => answer(api.POST("/api/keys", { body: wish })),
);

/** Takes a key back. */
export const revokeKey = deed("keys:manage", (keyId: string) =>
  answer(api.DELETE("/api/keys/{key_id}", { params: { path: { key_id: keyId } } })),
);
