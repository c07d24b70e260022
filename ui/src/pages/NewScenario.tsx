import { PageHeader } from "@/components/PageHeader";

export function NewScenario() {
  return <PageHeader title="NewScenario" />;
}
