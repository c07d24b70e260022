import { PageHeader } from "@/components/PageHeader";

export function Editor() {
  return <PageHeader title="Editor" />;
}
