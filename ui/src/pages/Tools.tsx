import { PageHeader } from "@/components/PageHeader";

export function Tools() {
  return <PageHeader title="Tools" />;
}
