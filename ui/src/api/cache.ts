import { QueryClient } from "@tanstack/react-query";

import { ApiError } from "./client";

/** Answers of the API that are on screen. The event stream says when they are old, so time alone does not. */
export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      refetchOnWindowFocus: true,
      retry: (failures, error) => failures < 3 && !(error instanceof ApiError && error.status < 500),
    },
    mutations: { retry: false },
  },
});
