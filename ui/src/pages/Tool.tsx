import { PageHeader } from "@/components/PageHeader";

export function Tool() {
  return <PageHeader title="Tool" />;
}
