import { Skeleton, Stack } from "@mantine/core";
import { lazy, Suspense } from "react";

import type { Scoped } from "@/api/deed";
import type { Problem } from "./check/problems";

export interface SchemaFormProps {
  /** A JSON Schema of an untrusted origin; none or an empty one gives a field for JSON. */
  schema: unknown;
  value: unknown;
  onChange: (value: unknown) => void;
  /** Called with a value that has no problem that this page can see. */
  onSubmit: (value: unknown) => void;
  submitLabel: string;
  /** What sending it does; who may not do that cannot send it. */
  to: Scoped;
  busy?: boolean;
  /** What the service said of the value that was sent; each stands at its field until that is changed. */
  problems?: readonly Problem[];
  id?: string;
}

// Loaded when a form is shown: no first page has one.
const FormTabs = lazy(() => import("./FormTabs"));

/** A form for any JSON Schema, and the same value as JSON. */
export function SchemaForm(props: SchemaFormProps) {
  return (
    <Suspense
      fallback={
        <Stack gap="sm" aria-busy>
          <Skeleton height={32} />
          <Skeleton height={32} />
        </Stack>
      }
    >
      <FormTabs {...props} />
    </Suspense>
  );
}
