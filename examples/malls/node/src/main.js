// Starts the mall on loopback and writes the settings with which mallcheck tests it.
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { parseArgs } from 'node:util';
import { app } from './app.js';
import { BUGS } from './bugs.js';
import { FAILS, LIMITS, PAYS, Store, WAITS } from './store.js';

const USAGE = `usage: npm start -- [options]

  --port N           port on loopback; 0, the default, takes a free one
  --push-port N      port on loopback at which the first partner receives pushes; 0 takes a free one
  --settings FILE    write the mallcheck.yaml to this file, not to standard output
  --bug NAME         make this mistake; may be repeated
  --limit NAME       keep this limit: ${Object.keys(LIMITS).join(' or ')}; may be repeated
  --bugs             list the mistakes and end
`;
const PUSH_KEY = ['k7', '5a17c0de5a17c0de5a17c0de5a17c0de'];

async function freePort() {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address();
  probe.close();
  return port;
}

function settings(address, pushPort, store) {
  const unknown = ['stripeSingleAuthorization', 'stripeSubscriptionAuthorization', 'confirmPaymentResult'];
  const target = {
    'vshop-url': `${address}/vshop`,
    'payment-url': `${address}/payment`,
    'topup-url': `${address}/topup`,
    'partner-code': 'P100200',
    'second-partner-code': 'P100300',
    sim: [...store.sims].slice(0, 12),
    'unknown-sim': ['8944119999999999999', '8944119999999999998'],
    group: '2001',
    package: 'PACKAGE20260101000001',
    amount: '12.36',
    currency: 'GBP',
    'pm-success': PAYS,
    'pm-failure': FAILS,
    'pm-open': WAITS,
    path: Object.fromEntries(unknown.map((name) => [name, `/${name}`])),
    'request-id-header': 'X-Request-Id',
    'sign-parts': ['query', 'body'],
    'push-listen': `127.0.0.1:${pushPort}`,
    'push-key': PUSH_KEY.join(':'),
    'push-join': 'headers-colon-body',
    'push-encoding': 'hex',
    'push-timeout': '3s',
    'task-timeout': '5s',
  };
  const lines = Object.entries(target).map(([name, value]) => `    ${name}: ${JSON.stringify(value)}\n`);
  return `default: node\ntargets:\n  node:\n${lines.join('')}`;
}

async function main() {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '0' },
      'push-port': { type: 'string', default: '0' },
      settings: { type: 'string' },
      bug: { type: 'string', multiple: true, default: [] },
      limit: { type: 'string', multiple: true, default: [] },
      bugs: { type: 'boolean' },
    },
  });
  if (values.bugs) {
    for (const [name, harm] of Object.entries(BUGS)) console.log(name.padEnd(22) + harm);
    return;
  }
  const unknown = values.bug.find((name) => !Object.hasOwn(BUGS, name));
  if (unknown) throw new Error(`there is no bug ${unknown}; --bugs lists them`);
  const unlimited = values.limit.find((name) => !Object.hasOwn(LIMITS, name));
  if (unlimited) throw new Error(`there is no limit ${unlimited}: write ${Object.keys(LIMITS).join(' or ')}`);
  const pushPort = Number(values['push-port']) || await freePort();
  const pushUrls = new Map([['P100200', `http://127.0.0.1:${pushPort}/mall/push`]]);
  const store = new Store(new Set(values.bug), pushUrls, PUSH_KEY, new Set(values.limit));
  const server = app(store).listen(Number(values.port), '127.0.0.1');
  await once(server, 'listening');
  const text = settings(`http://127.0.0.1:${server.address().port}`, pushPort, store);
  if (values.settings) writeFileSync(values.settings, text);
  else process.stdout.write(text);
}

main().catch((error) => {
  console.error(`${error.message}\n\n${USAGE}`);
  process.exitCode = 2;
});
