import { Link } from "@tanstack/react-router";
import { useEffect } from "react";

import { EmptyState } from "@/components/EmptyState";

/** No page has this address. */
export function NotFound() {
  useEffect(() => {
    document.title = "Not found · Callsheet";
  }, []);
  return (
    <EmptyState title="There is no such page" action={<Link to="/">Go to the dashboard</Link>}>
      The address may be mistyped, or what it named was removed.
    </EmptyState>
  );
}
