import { currencyDigits, DEMO_ACCOUNTS, roundedAmount } from '@backstitch/shared-types';
import { APPS, DATABASES } from '../apps/apps.js';
import {
  databaseUrl,
  hasDemoPassword,
  withoutPassword,
  type ServerAddresses,
} from '../servers/configured-servers.js';
import { portOf } from './places.js';

/** Two of the demo catalogue's mice. */
function orderOfTwoMice(currency: string): string {
  const price = roundedAmount('29.99', currencyDigits(currency));
  const mice = { productId: '660facf7-b9cf-417a-8ee1-27afe2fb2c72', quantity: 2, price };
  return JSON.stringify({ userId: 'user-123', items: [mice] });
}

export interface BannerFacts {
  host: string;
  gateway: number;
  /** Of the prices. */
  currency: string;
  metricsHost: string;
  metrics: number;
  /** Only passwords of the documents are shown. */
  showPasswords: boolean;
  servers: ServerAddresses;
  postgresHow: string;
  rabbitHow: string;
  hasDemoAccounts: boolean;
  /** The folder of e-mails; undefined when a mail server sends them. */
  mailsIn: string | undefined;
}

const PASSWORDS = `  Passwords       in .backstitch/running/${process.pid}.json, readable only by you\n`;

function accountLines({ hasDemoAccounts, mailsIn }: BannerFacts): string {
  const width = Math.max(...DEMO_ACCOUNTS.map(({ email }) => email.length));
  const accounts = DEMO_ACCOUNTS.map(({ email, password, totpSecret }) => {
    const factor = totpSecret ? `   authenticator ${totpSecret}` : '';
    return `${email.padEnd(width)}   ${password}${factor}`;
  });
  const lines = [
    ...labelled('E-mails', mailsIn === undefined ? [] : [`files in ${mailsIn}`]),
    ...labelled('Demo accounts', hasDemoAccounts ? accounts : []),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

function labelled(label: string, lines: readonly string[]): string[] {
  return lines.map((line, at) => `  ${(at === 0 ? label : '').padEnd(16)}${line}`);
}

function logInLines({ hasDemoAccounts }: BannerFacts, url: string): string {
  if (!hasDemoAccounts) return '';
  const [{ email, password }] = DEMO_ACCOUNTS as [(typeof DEMO_ACCOUNTS)[0]];
  const body = JSON.stringify({ email, password });
  return `
Log in; the accessToken goes into -H "authorization: Bearer …":

  curl -s ${url}/api/auth/login -H 'content-type: application/json' -d '${body}'
`;
}

/** What `npm start` prints once everything answers: what it started, where, and what to try. */
export function banner(facts: BannerFacts): string {
  const { host, gateway, metricsHost, metrics, currency } = facts;
  const { servers, postgresHow, rabbitHow } = facts;
  const shown = (address: string) =>
    facts.showPasswords && hasDemoPassword(address) ? address : withoutPassword(address);
  const addresses = [servers.databaseServerUrl, servers.rabbitmqUrl];
  const hidden = addresses.every(hasDemoPassword) ? '' : PASSWORDS;
  const others = APPS.slice(1);
  const url = `http://${host === '127.0.0.1' ? 'localhost' : host}:${gateway}`;
  return `
Backstitch is ready. Open it in a browser:

  ${url}

  API             ${url}/api        (documentation: ${url}/api/docs)
  Apps            ${APPS.map((app) => `${app.name} :${portOf(app, gateway)}`).join('  ')}
  Operators       http://${metricsHost}:${metrics}/metrics and /health/dependencies; of the others:
                  ${others.map((app) => `${app.name} :${portOf(app, metrics)}`).join('  ')}
  PostgreSQL      ${postgresHow}
${DATABASES.map((name) => `                  ${shown(databaseUrl(servers.databaseServerUrl, name))}`).join('\n')}
  RabbitMQ        ${rabbitHow}
                  ${shown(servers.rabbitmqUrl)}   management UI ${servers.managementUrl}
${hidden}${accountLines(facts)}
Place an order (two wireless mice):

  curl -s ${url}/api/checkout -H 'content-type: application/json' -d '${orderOfTwoMice(currency)}'
${logInLines(facts, url)}
Then see what happened:      curl -s ${url}/api/sagas/<sagaId>
Check the ledgers of all services against each other:  npm run reconcile
Ctrl-C stops everything that was started here.
`;
}
