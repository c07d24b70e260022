import { useRouter, useSearch } from "@tanstack/react-router";
import { useEffect } from "react";

import { nextPage } from "@/session/next";
import { SignInForm } from "@/session/SignInForm";
import { SignInFrame } from "@/session/SignInFrame";
import { isSignedIn } from "@/session/standing";
import { useSession } from "@/session/useSession";

/** Where somebody says who they are, and goes on to where they wanted to. */
export function SignIn() {
  const { next } = useSearch({ from: "/sign-in" });
  const session = useSession();
  const { history } = useRouter();
  const page = nextPage(next);
  const known = session !== null && isSignedIn(session);
  useEffect(() => {
    document.title = "Sign in · Callsheet";
  }, []);
  // Also when it was another tab that signed in.
  useEffect(() => {
    if (known) history.replace(page);
  }, [known, history, page]);
  return (
    <SignInFrame title="Sign in" about="This service asks who you are.">
      <SignInForm oidc={session?.oidc ?? null} next={page} />
    </SignInFrame>
  );
}
