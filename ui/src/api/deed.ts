import type { Schema } from "./client";

/** One thing that a caller may be allowed to do, as the service names it. */
export type Scope = Schema<"Scope">;

/** Something that is done to the service, with the scope that it takes. */
export type Deed<Given extends unknown[], Result> = ((...given: Given) => Promise<Result>) & { readonly scope: Scope };

/** Whatever takes a scope: a deed, or the name of the scope itself. */
export type Scoped = Scope | { readonly scope: Scope };

/**
 * Marks a call of the API that changes something. Whoever offers it asks `useMay` or `<Allowed>` with it, so that nobody is
 * offered what would be refused; tests hold every file to that, and every scope to the service's own.
 */
export const deed = <Given extends unknown[], Result>(
  scope: Scope,
  act: (...given: Given) => Promise<Result>,
): Deed<Given, Result> => Object.assign((...given: Given) => act(...given), { scope });

export const scopeOf = (needed: Scoped): Scope => (typeof needed === "string" ? needed : needed.scope);
