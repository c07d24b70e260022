import { PageHeader } from "@/components/PageHeader";

export function Schedule() {
  return <PageHeader title="Schedule" />;
}
