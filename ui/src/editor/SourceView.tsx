import { Skeleton } from "@mantine/core";
import { lazy, Suspense } from "react";

import type { Diagnostic } from "@/api/scenarios";
import type { Syntax } from "@/editor/text/outline";
import classes from "./SourceView.module.css";

export interface SourceViewProps {
  text: string;
  syntax: Syntax;
  /** Marked in the text and beside its lines. Keep the same array while nothing changes. */
  diagnostics: readonly Diagnostic[];
  /** What it is, for those who cannot see where it stands. */
  label: string;
}

const SourceText = lazy(() => import("./SourceText").then((module) => ({ default: module.SourceText })));

/** A document to read: lines with numbers, what is wrong marked where it stands, folding and search. */
export function SourceView(props: SourceViewProps) {
  return (
    <div className={classes.frame ?? ""}>
      <Suspense fallback={<Skeleton height="12rem" />}>
        <SourceText {...props} />
      </Suspense>
    </div>
  );
}
