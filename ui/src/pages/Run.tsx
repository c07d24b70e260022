import { PageHeader } from "@/components/PageHeader";

export function Run() {
  return <PageHeader title="Run" />;
}
