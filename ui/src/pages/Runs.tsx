import { PageHeader } from "@/components/PageHeader";

export function Runs() {
  return <PageHeader title="Runs" />;
}
