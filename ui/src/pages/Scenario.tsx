import { PageHeader } from "@/components/PageHeader";

export function Scenario() {
  return <PageHeader title="Scenario" />;
}
