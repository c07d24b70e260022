import { PageHeader } from "@/components/PageHeader";

export function Settings() {
  return <PageHeader title="Settings" />;
}
