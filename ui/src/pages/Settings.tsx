import { Loader, Stack, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";

import { settingsQuery } from "@/api/settings";
import { Failure } from "@/components/Failure";
import { PageHeader } from "@/components/PageHeader";
import { NotAllowed } from "@/session/NotAllowed";
import { useMay } from "@/session/useSession";
import { EffectiveSettings } from "@/settings/EffectiveSettings";
import { Names } from "@/settings/Names";
import { Preferences } from "@/settings/Preferences";

const JOURNALS = { sqlite: "Runs are kept in a file.", postgresql: "Runs are kept in PostgreSQL." } as const;

/** How the service was started, and how this browser shows it. */
export function Settings() {
  const may = useMay("settings:read");
  const { data, error, isLoading, refetch } = useQuery({ ...settingsQuery(), enabled: may });
  const journal = data?.journal ? JOURNALS[data.journal] : "";
  return (
    <>
      <PageHeader title="Settings" subtitle={data && `Callsheet ${data.version}. ${journal}`} />
      <Stack gap="xl">
        <Section title="This browser">
          <Preferences />
        </Section>
        {!may && (
          <Section title="The service">
            <NotAllowed to="settings:read" />
          </Section>
        )}
        {isLoading && <Loader size="sm" role="status" aria-label="Loading the settings" />}
        {error && <Failure error={error} onRetry={() => void refetch()} />}
        {data && (
          <>
            <Section title="The service">
              <EffectiveSettings of={data.settings} />
            </Section>
            <Section title="Secrets that scenarios may name">
              <Names of={data.secrets} prefix="CALLSHEET_SECRET_" />
            </Section>
            <Section title="Environment that scenarios may name">
              <Names of={data.env} prefix="CALLSHEET_ENV_" />
            </Section>
          </>
        )}
      </Stack>
    </>
  );
}

function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section>
      <Title order={2} mb="xs">
        {title}
      </Title>
      {children}
    </section>
  );
}
