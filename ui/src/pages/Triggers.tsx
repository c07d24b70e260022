import { PageHeader } from "@/components/PageHeader";

export function Triggers() {
  return <PageHeader title="Triggers" />;
}
