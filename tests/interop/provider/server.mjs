// A real OpenID provider: npm's oidc-provider.
//
//     node server.mjs MODULES ISSUER ADDRESS PEM
//
// MODULES holds oidc-provider, PEM the listener's key and certificate. Says "ready", then obeys
// one-word commands on stdin and answers each with a line of JSON; ends with stdin.

import { generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { createInterface } from 'node:readline';

const [modules, issuer, address, pem] = process.argv.slice(2);
const { default: Provider } = await import(`${modules}/oidc-provider/lib/index.js`);

console.info = console.error;   // the library's advice; stdout is for answers

const KEYS = {
  RS256: () => generateKeyPairSync('rsa', { modulusLength: 2048 }),
  ES256: () => generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  EdDSA: () => generateKeyPairSync('ed25519'),
};

// Clients by what their ID tokens are signed with. The short-lived one's first ID token lives as
// little as opkssh bears, what it gets for a refresh token as long as anybody's. Its second
// refresh token is soon void: opkssh asks again and again, and that ends it.
const CLIENTS = { RS256: 'RS256', ES256: 'ES256', EdDSA: 'EdDSA', 'short-lived': 'RS256' };

function idTokenLife({ oidc }) {
  const first = oidc.params.grant_type !== 'refresh_token';
  return first && oidc.client.clientId === 'short-lived' ? 62 : 3600;
}

function refreshTokenLife(_, token) {
  return token.rotations ? 1 : 3600;
}

// What the ID token says; and what only userinfo does.
const ACCOUNTS = {
  alice: [
    { email: 'alice@example.com', email_verified: true, groups: ['staff', 'ssh-users'] },
    { team: 'operators' },
  ],
  bob: [{ email: 'bob@example.com', email_verified: true }, {}],
};

function claimsOf(account, use) {
  const [inToken, inUserinfo] = ACCOUNTS[account];
  return { sub: account, ...inToken, ...(use === 'userinfo' ? inUserinfo : {}) };
}

let generation = 0;

function makeKeys() {
  generation += 1;
  return Object.entries(KEYS).map(([alg, generate]) => ({
    ...generate().privateKey.export({ format: 'jwk' }), alg, use: 'sig', kid: `${alg}-${generation}`,
  }));
}

function makeProvider(keys) {
  const provider = new Provider(issuer, {
    jwks: { keys },
    enabledJWA: { idTokenSigningAlgValues: Object.keys(KEYS) },
    clients: Object.entries(CLIENTS).map(([id, alg]) => ({
      client_id: id,
      id_token_signed_response_alg: alg,
      application_type: 'native',
      token_endpoint_auth_method: 'none',
      grant_types: ['authorization_code', 'refresh_token'],
      redirect_uris: ['http://localhost/login-callback'],
    })),
    cookies: { keys: ['of no concern'] },
    conformIdTokenClaims: false,
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['groups', 'team'] },
    findAccount: (_, id) => id in ACCOUNTS && { accountId: id, claims: (use) => claimsOf(id, use) },
    ttl: { IdToken: idTokenLife, RefreshToken: refreshTokenLife },
    issueRefreshToken: () => true,
    features: { devInteractions: { enabled: false } },
    loadExistingGrant: async ({ oidc }) => {    // who signs in consents
      const grant = new provider.Grant(
        { clientId: oidc.client.clientId, accountId: oidc.session.accountId });
      grant.addOIDCScope('openid email profile offline_access');
      await grant.save();
      return grant;
    },
  });
  provider.use(async (ctx, next) => {           // the sign-in page: a form with one field
    if (!ctx.path.startsWith('/interaction/')) {
      await next();
    } else if (ctx.method === 'GET') {
      ctx.body = '<form method="post"><input name="account"></form>';
    } else {
      let form = '';
      for await (const chunk of ctx.req) form += chunk;
      const accountId = new URLSearchParams(form).get('account');
      await provider.interactionFinished(
        ctx.req, ctx.res, { login: { accountId }, consent: {} });
      ctx.respond = false;
    }
  });
  return provider.callback();
}

const requests = {};
let keys = makeKeys();
let answer = makeProvider(keys);
const server = createServer({ key: readFileSync(pem), cert: readFileSync(pem) }, (req, res) => {
  const path = req.url.split('?')[0];
  requests[path] = (requests[path] ?? 0) + 1;
  answer(req, res);
});

const COMMANDS = {
  requests: () => requests,             // path: how many so far
  rotate: () => {
    keys = [...makeKeys(), ...keys];    // it signs with the first that fits
    answer = makeProvider(keys);
    return {};
  },
};

server.listen(Number(new URL(issuer).port), address, async () => {
  console.log('ready');
  for await (const line of createInterface({ input: process.stdin })) {
    console.log(JSON.stringify(COMMANDS[line]()));
  }
  process.exit();
});
