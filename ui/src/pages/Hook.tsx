import { PageHeader } from "@/components/PageHeader";

export function Hook() {
  return <PageHeader title="Hook" />;
}
