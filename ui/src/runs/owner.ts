/** Owners that tell nothing: of a service that asks nobody who they are, and of one that did not know owners yet. */
const PLAIN: readonly string[] = ["", "local"];

/** Whether it says anything to name the owner of a run. */
export const tellsOwner = (owner: string): boolean => !PLAIN.includes(owner);

const TRIGGERS: Readonly<Record<string, string>> = { schedule: "schedule", hook: "hook" };

/** An owner without the kind that everybody knows: `ci` of `key:ci`, but `schedule nightly` of `schedule:nightly`. */
export function ownerName(owner: string): string {
  const colon = owner.indexOf(":");
  const name = owner.slice(colon + 1);
  const trigger = TRIGGERS[owner.slice(0, Math.max(colon, 0))];
  return trigger === undefined ? name : `${trigger} ${name}`;
}
