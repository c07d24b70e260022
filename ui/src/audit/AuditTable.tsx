import { Link } from "@tanstack/react-router";

import type { AuditEntry } from "@/api/audit";
import { useReading } from "@/components/clock";
import { ago, at } from "@/components/time";
import classes from "./AuditTable.module.css";
import type { AuditSearch } from "./filter";
import { targetPage } from "./target";

interface Props {
  of: readonly AuditEntry[];
  /** Shows only what has this in common. */
  onPick: (filter: AuditSearch) => void;
}

/** Who did what, when, to what, and what came of it. */
export function AuditTable({ of: entries, onPick }: Props) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls sideways is scrolled by keyboard, too
    <section className={classes.frame} aria-label="Acts" tabIndex={0}>
      <table className={classes.table} aria-label="Acts">
        <thead>
          <tr>
            <th scope="col" className={classes.when}>
              When
            </th>
            <th scope="col" className={classes.who}>
              Who
            </th>
            <th scope="col" className={classes.what}>
              What
            </th>
            <th scope="col">To what</th>
            <th scope="col" className={classes.result}>
              Result
            </th>
          </tr>
        </thead>
        <tbody>
          {entries.map((entry) => (
            <Row key={entry.act_id} of={entry} onPick={onPick} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Row({ of: entry, onPick }: { of: AuditEntry; onPick: Props["onPick"] }) {
  const { subject, role, source, action, target } = entry;
  return (
    <tr>
      <td>
        <When at={entry.at} />
      </td>
      <td>
        {subject === "" ? (
          "nobody known"
        ) : (
          <Pick what={`Only acts of ${subject}`} onClick={() => onPick({ subject })}>
            {subject}
          </Pick>
        )}
        <span className={classes.quiet}>{[role, source].filter(Boolean).join(" · ")}</span>
      </td>
      <td className={classes.action}>
        <Pick what={`Only ${action}`} onClick={() => onPick({ action })}>
          {action}
        </Pick>
      </td>
      <td>
        <Target action={action} target={target} />
        <Made what={entry.made} />
        <Details of={entry.details} />
      </td>
      <td>
        <Result of={entry} />
      </td>
    </tr>
  );
}

function When({ at: moment }: { at: string }) {
  const distance = useReading((now) => ago(moment, now));
  return (
    <time dateTime={moment} className={classes.moment}>
      {at(moment)}
      <span className={classes.quiet}>{distance}</span>
    </time>
  );
}

function Pick({ what, children, onClick }: { what: string; children: string; onClick: () => void }) {
  return (
    <button type="button" className={classes.pick} title={what} onClick={onClick}>
      {children}
    </button>
  );
}

function Target({ action, target }: { action: string; target: string }) {
  const page = targetPage(action, target);
  return page === null ? target || "–" : <Link {...page}>{target}</Link>;
}

/** What came to be: a run has a page; revisions, keys and counts have none of their own. */
function Made({ what }: { what: string }) {
  if (what === "") return null;
  const run = targetPage("run", what);
  return <span className={classes.quiet}>made {run === null ? what : <Link {...run}>{what}</Link>}</span>;
}

function Details({ of: details }: { of: AuditEntry["details"] }) {
  const known = Object.entries(details);
  if (known.length === 0) return null;
  return <span className={classes.quiet}>{known.map(([name, value]) => `${name}: ${value}`).join(" · ")}</span>;
}

function Result({ of: { result } }: { of: AuditEntry }) {
  const outcome = result === null ? "unknown" : result === "done" ? "done" : "refused";
  return (
    <span
      className={classes.outcome}
      data-outcome={outcome}
      title={result === null ? "It is at work, or its process died in between." : undefined}
    >
      {result ?? "not known"}
    </span>
  );
}
