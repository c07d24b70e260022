import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";

import { browserTab, isVisible } from "./browserTab";
import { LiveLists } from "./liveLists";

/** Keeps all lists of runs live, for as long as the caller is there: once in the whole app. */
export function useLiveLists(): void {
  const cache = useQueryClient();
  useEffect(() => {
    const lists = new LiveLists(cache, isVisible);
    return browserTab().watch({ news: (news) => lists.news(news), refetch: () => lists.refetchAll() });
  }, [cache]);
}
