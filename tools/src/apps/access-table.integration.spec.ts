import { ACCESS_TABLE, AccessRows, type App } from '@backstitch/auth';
import { type AppProcess, startApp } from '@backstitch/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { APP_NAMES, type AppName, appFile } from './apps.js';

/** Nothing listens there: an app listens without its servers, too. */
const NOWHERE = {
  DB_URL: 'postgresql://nobody:nothing@127.0.0.1:1/nowhere',
  RABBITMQ_URL: 'amqp://nobody:nothing@127.0.0.1:1',
  ORCHESTRATOR_URL: 'http://127.0.0.1:1',
  IDENTITY_URL: 'http://127.0.0.1:1',
  OPS_TOKEN: 'a-token-of-thirty-two-characters',
};

describe.each(APP_NAMES)('the access table of %s', (name: AppName) => {
  let app: AppProcess;
  let routes: readonly string[];
  const rows = new AccessRows(name satisfies App);

  beforeAll(async () => {
    app = await startApp(appFile(name), { ...NOWHERE, METRICS_PORT: '0', LOG_LEVEL: 'debug' });
    const line = app.log.find(({ msg }) => msg === 'routes');
    routes = (line?.routes ?? []) as string[];
  });
  afterAll(() => app.kill());

  const partsOf = (route: string) => route.split(' ') as [method: string, url: string];

  it('has a row for every registered route', () => {
    expect(routes).toEqual(expect.arrayContaining(['GET /health/live', 'GET /metrics']));
    expect(routes.filter((route) => !rows.find(...partsOf(route)))).toEqual([]);
  });

  it('has no row without a route, except rows that are marked as planned', () => {
    const used = new Set(routes.map((route) => rows.find(...partsOf(route))));
    const own = ACCESS_TABLE.filter((row) => row.app === name);
    const unused = own.filter((row) => !used.has(row) && !row.planned);
    expect(unused.map(({ method, route }) => `${method} ${route}`)).toEqual([]);
  });

  it('marks no row as planned whose route is registered', () => {
    const used = routes.map((route) => rows.find(...partsOf(route)));
    const built = used.flatMap((row) => (row?.planned ? [`${row.method} ${row.route}`] : []));
    expect(built).toEqual([]);
  });
});
