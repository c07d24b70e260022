/** Not a real host: an address that stays on it is one of our own. */
const OWN = "http://own.invalid";

/** Where somebody goes after signing in: a page of ours, whatever an address that was sent to them says. */
export function nextPage(next: string | undefined): string {
  if (!next?.startsWith("/") || !URL.canParse(next, OWN)) return "/";
  const { origin, pathname, search, hash } = new URL(next, OWN);
  const own = origin === OWN && !/^\/(?:\/|sign-in(?:\/|$)|api\/)/.test(pathname);
  return own ? pathname + search + hash : "/";
}
