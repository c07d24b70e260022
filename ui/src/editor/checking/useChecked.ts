import { useEffect, useState } from "react";

import { ApiError } from "@/api/client";
import { type Checked, checkText } from "@/api/editing";
import type { Syntax } from "@/editor/text/outline";

export interface Checking {
  /** Of the last text that was answered. */
  readonly checked: Checked | null;
  /** The text that `checked` is about. */
  readonly text: string;
  readonly busy: boolean;
  /** Why there is no newer answer: the service was not reached, or had no time. */
  readonly error: Error | null;
}

const AGAIN = 5_000;
const NOTHING: Checking = { checked: null, text: "", busy: true, error: null };

/** What the service says about a text. Answers about older texts are dropped; what was not answered is asked again. */
export function useChecked(text: string, syntax: Syntax): Checking {
  const [state, setState] = useState<Checking>(NOTHING);
  useEffect(() => {
    const given = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const ask = async () => {
      try {
        const checked = await checkText(text, syntax, given.signal);
        setState({ checked, text, busy: false, error: null });
      } catch (cause) {
        if (given.signal.aborted) return;
        const error = cause instanceof Error ? cause : new Error(String(cause));
        setState((before) => ({ ...before, busy: false, error }));
        if (!(error instanceof ApiError) || error.status >= 500) timer = setTimeout(() => void ask(), AGAIN);
      }
    };
    setState((before) => ({ ...before, busy: true }));
    void ask();
    return () => {
      given.abort();
      clearTimeout(timer);
    };
  }, [text, syntax]);
  return state;
}
