import { Button, Divider, Stack, Text, TextInput } from "@mantine/core";
import { IconExternalLink } from "@tabler/icons-react";
import { type FormEvent, useState } from "react";

import { ApiError } from "@/api/client";
import type { Session } from "@/api/session";
import { keeper } from "./keeper";

interface Props {
  oidc: Session["oidc"];
  /** Where the provider sends people afterwards; null when this page stays as it is and another tab does it. */
  next: string | null;
  /** Signed in. */
  onDone?: () => void;
}

/** Asks who somebody is: by a key, or through the OpenID provider when the service has one. */
export function SignInForm({ oidc, next, onDone }: Props) {
  // It is on this service, and sends people on from there.
  const offered = oidc && /^\/(?!\/)/.test(oidc.login_url) ? oidc : null;
  return (
    <Stack gap="md">
      {offered && (
        <>
          <Provider {...offered} next={next} />
          <Divider label="or with a key" labelPosition="center" />
        </>
      )}
      <KeyForm secondary={offered !== null} onDone={onDone} />
    </Stack>
  );
}

function KeyForm({ secondary, onDone }: { secondary: boolean; onDone: (() => void) | undefined }) {
  const [key, setKey] = useState("");
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setProblem(null);
    try {
      await keeper.signIn(key.trim());
      setKey("");
      onDone?.();
    } catch (error) {
      setProblem(sentence(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <form onSubmit={(event) => void submit(event)} autoComplete="off" noValidate>
      <Stack gap="sm">
        <TextInput
          label="Key"
          description="It begins with cs_, and is not kept in this browser."
          type="password"
          autoComplete="off"
          autoCapitalize="off"
          spellCheck={false}
          size="sm"
          required
          withAsterisk={false}
          data-autofocus
          // A dialog that lies below hears Escape otherwise, and would be closed with what was typed there.
          data-mantine-stop-propagation="true"
          value={key}
          error={problem}
          onChange={(event) => setKey(event.currentTarget.value)}
        />
        <Button
          type="submit"
          size="sm"
          loading={busy}
          disabled={key.trim() === ""}
          variant={secondary ? "default" : "filled"}
        >
          Sign in
        </Button>
      </Stack>
    </form>
  );
}

function Provider({ name, login_url, next }: NonNullable<Session["oidc"]> & { next: string | null }) {
  const elsewhere = next === null;
  const address = `${login_url}?next=${encodeURIComponent(next ?? "/")}`;
  return (
    <>
      <Button
        component="a"
        size="sm"
        href={address}
        {...(elsewhere && {
          target: "_blank",
          rel: "noopener",
          rightSection: <IconExternalLink size={15} aria-hidden />,
        })}
        data-mantine-stop-propagation="true"
      >
        Sign in with {name}
      </Button>
      {elsewhere && (
        <Text fz="xs" c="dimmed">
          Opens another tab; this page goes on by itself when you are signed in there.
        </Text>
      )}
    </>
  );
}

function sentence(error: unknown): string {
  if (error instanceof ApiError && error.status === 401) return `${error.message} Ask an administrator for a new one.`;
  return error instanceof Error ? error.message : String(error);
}
