import type { Session } from "@/api/session";

/** What tabs of one browser tell each other: they have one cookie, so they are one person. */
export type Word = { readonly type: "in"; readonly subject: string } | { readonly type: "out" };

/** What the session needs of the browser, so that it can be tested without one. */
export interface Surroundings {
  current(): Promise<Session>;
  signIn(key: string): Promise<Session>;
  signOut(): Promise<unknown>;
  /** To all other tabs. */
  say(word: Word): void;
  /** Loads another page, or this one again: nothing of what was shown is left in memory. */
  leave(to: "sign-in" | "same-page"): void;
  /** Calls once after so many milliseconds; gives what calls it off. */
  after(milliseconds: number, work: () => void): () => void;
  /** Milliseconds since 1970. */
  now(): number;
}

/** Longer times do not fit into a browser's timer. */
const LONGEST_WAIT = 86_400_000;

/** Who uses this tab. `ended`: they were signed in, and the page that they had open waits until they are again. */
export interface Standing {
  readonly session: Session | null;
  readonly ended: boolean;
}

/** Keeps who uses this tab, from the first page on; notices when a session ends, here or in another tab. */
export class SessionKeeper {
  #standing: Standing = { session: null, ended: false };
  #loading: Promise<Session> | null = null;
  #checking: Promise<void> | null = null;
  #callOff: (() => void) | null = null;
  readonly #listeners = new Set<() => void>();

  constructor(private readonly around: Surroundings) {}

  standing = (): Standing => this.#standing;

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Who it is, asked once; a failure is not remembered. */
  load(): Promise<Session> {
    this.#loading ??= this.around.current().then(
      (session) => {
        this.#become({ session, ended: false });
        if (isSignedIn(session)) this.#tell(session);
        return session;
      },
      (error: unknown) => {
        this.#loading = null;
        throw error;
      },
    );
    return this.#loading;
  }

  /** The service refused something: it is asked whether the session still counts, and what it allows. */
  check(): Promise<void> {
    this.#checking ??= this.#ask().finally(() => {
      this.#checking = null;
    });
    return this.#checking;
  }

  /**
   * Signs in with a key.
   *
   * @throws ApiError the key does not count
   */
  async signIn(key: string): Promise<void> {
    const session = await this.around.signIn(key);
    this.#tell(session);
    this.#take(session);
  }

  /** Signs out, in every tab. */
  async signOut(): Promise<void> {
    await this.around.signOut();
    this.around.say({ type: "out" });
    this.around.leave("sign-in");
  }

  /** Lets go of what was open, for somebody else. */
  forget(): void {
    this.around.leave("sign-in");
  }

  /** Another tab said something. */
  heard(word: Word): void {
    const { session, ended } = this.#standing;
    if (session === null || session.auth === "off") return;
    if (word.type === "out") {
      if (session.signed_in) this.around.leave("sign-in");
    } else if (ended || session.subject !== word.subject) {
      void this.check();
    }
  }

  async #ask(): Promise<void> {
    const before = this.#standing.session;
    if (before === null || before.auth === "off") return;
    const session = await this.around.current().catch(() => null);
    if (session === null) return;
    if (session.signed_in) this.#take(session);
    else if (before.signed_in) this.#become({ session: before, ended: true });
  }

  /** Somebody is signed in. What another person had open is not theirs to see. */
  #take(session: Session): void {
    const before = this.#standing.session;
    if (before?.signed_in && before.subject !== session.subject) this.around.leave("same-page");
    else this.#become({ session, ended: false });
  }

  #tell({ subject, auth }: Session): void {
    if (auth === "on") this.around.say({ type: "in", subject: subject ?? "" });
  }

  #become(standing: Standing): void {
    this.#standing = standing;
    this.#callOff?.();
    this.#callOff = null;
    const { session, ended } = standing;
    if (session?.expires_at && !ended) this.#checkAt(Date.parse(session.expires_at));
    for (const listener of [...this.#listeners]) listener();
  }

  #checkAt(moment: number): void {
    // A second later: the clocks of browser and service differ.
    const wait = Math.min(Math.max(moment - this.around.now(), 0) + 1_000, LONGEST_WAIT);
    this.#callOff = this.around.after(wait, () => void this.check());
  }
}

/** Whether pages may be shown. */
export const isSignedIn = (session: Session): boolean => session.auth === "off" || session.signed_in;
