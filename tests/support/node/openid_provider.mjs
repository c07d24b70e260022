// A certified OpenID provider, as its authors made it, with its own forms: any password is right.
// node openid_provider.mjs '{"people": {"ada": {"groups": ["staff"]}}, "inIdToken": false, "secret": "…"}'
// The first line that it prints is its issuer.

import { randomBytes } from "node:crypto";
import { createServer } from "node:http";
import { exportJWK, generateKeyPair } from "jose";
import { Provider } from "oidc-provider";

const { people, inIdToken, secret } = JSON.parse(process.argv[2]);

async function key(alg) {
  const { privateKey } = await generateKeyPair(alg, { extractable: true });
  return { ...(await exportJWK(privateKey)), alg, use: "sig", kid: alg };
}

const server = createServer();
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
// Another site than the service on 127.0.0.1, as a provider is; another port would be the same one.
const issuer = `http://localhost:${server.address().port}`;

const provider = new Provider(issuer, {
  clients: [
    {
      client_id: "callsheet",
      client_secret: secret,
      // Of a native client on the loopback, any port is right (RFC 8252, section 7.3): the service's own is not known yet.
      application_type: "native",
      redirect_uris: ["http://127.0.0.1/api/session/oidc/callback"],
      grant_types: ["authorization_code"],
      response_types: ["code"],
    },
  ],
  claims: {
    openid: ["sub"],
    profile: ["name", "preferred_username"],
    email: ["email"],
    groups: ["groups"],
  },
  conformIdTokenClaims: !inIdToken,
  cookies: { keys: [randomBytes(16).toString("hex")] },
  features: { devInteractions: { enabled: true } },
  findAccount: (_context, id) =>
    people[id] && { accountId: id, claims: () => ({ sub: id, name: `${id} of the tests`, ...people[id] }) },
  jwks: { keys: [await key("RS256"), await key("ES256")] },
  pkce: { required: () => true },
});

server.on("request", provider.callback());
console.log(issuer);
