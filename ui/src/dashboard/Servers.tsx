import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";

import { type ToolServer, toolServersQuery } from "@/api/tools";
import classes from "./lists.module.css";
import { Panel, Quiet } from "./Panel";
import { trouble } from "./trouble";

/** The tool servers that need somebody. */
export function Servers() {
  const { data, error } = useQuery(toolServersQuery());
  const troubled = (data ?? []).filter((server) => trouble(server) !== null);
  return (
    <Panel title="Tool servers" error={error} link={<Link to="/tools">All tools</Link>}>
      {troubled.length > 0 && (
        <ul className={classes.list}>
          {troubled.map((server) => (
            <TroubledServer key={server.name} server={server} />
          ))}
        </ul>
      )}
      {troubled.length === 0 && <Quiet>{data ? wellText(data.length) : "Looking …"}</Quiet>}
    </Panel>
  );
}

const wellText = (count: number): string => {
  if (count === 0) return "None is named in mcp.json yet.";
  return count === 1 ? "The one there is has no trouble." : `None of ${count} has trouble.`;
};

function TroubledServer({ server }: { server: ToolServer }) {
  return (
    <li className={classes.item}>
      <div className={classes.line}>
        <Link to="/tools" hash={server.name} className={classes.link}>
          {server.name}
        </Link>
        <span className={classes.bad}>{trouble(server)}</span>
      </div>
      {server.needs_auth && (
        <div className={classes.facts}>
          <code>callsheet tools login {server.name}</code>
        </div>
      )}
      {server.error && (
        <div className={classes.facts}>
          <span className={classes.clamp} title={server.error} style={{ whiteSpace: "normal" }}>
            {server.error}
          </span>
        </div>
      )}
    </li>
  );
}
