import { PageHeader } from "@/components/PageHeader";

export function Scenarios() {
  return <PageHeader title="Scenarios" />;
}
