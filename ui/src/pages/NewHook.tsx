import { useNavigate } from "@tanstack/react-router";

import { PageHeader } from "@/components/PageHeader";
import { HookForm } from "@/triggers/HookForm";

/** A hook is made. */
export function NewHook() {
  const navigate = useNavigate();
  return (
    <>
      <PageHeader title="New hook" subtitle="Starts a scenario for a signed request." />
      <HookForm
        document={null}
        revision={null}
        onSaved={(name) => void navigate({ to: "/hooks/$name", params: { name } })}
        onCancel={() => void navigate({ to: "/triggers" })}
      />
    </>
  );
}
