import { PageHeader } from "@/components/PageHeader";

export function Compare() {
  return <PageHeader title="Compare" />;
}
