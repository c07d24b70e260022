import { Link } from "@tanstack/react-router";
import { useEffect } from "react";

import type { Scope } from "@/api/deed";
import { EmptyState } from "@/components/EmptyState";
import { useWhyNot } from "./useSession";

/** Stands where a page would, for those whose role does not show it. */
export function NoAccess({ scope }: { scope: Scope }) {
  const reason = useWhyNot(scope);
  useEffect(() => {
    document.title = "Not allowed · Callsheet";
  }, []);
  return (
    <EmptyState title="This page is not for your role" action={<Link to="/">Go to the dashboard</Link>}>
      {reason} Ask an administrator for another key, or sign in as somebody else.
    </EmptyState>
  );
}
