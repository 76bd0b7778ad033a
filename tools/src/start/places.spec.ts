import { describe, expect, it } from '@jest/globals';
import { nearVariables } from '@backstitch/service-kit/variables';
import { APPS } from '../apps/apps.js';
import { misspeltVariables, variablesOf } from './app-variables.js';
import {
  appEnvironment,
  gatewayMetricsPort,
  gatewayPort,
  portOf,
  reachableHost,
} from './places.js';

const servers = {
  databaseServerUrl: 'postgresql://me:pw@db:6000',
  rabbitmqUrl: 'amqp://one,amqp://two',
};
const places = { gateway: 4000, metrics: 5000, host: '127.0.0.1,::1' };
const environments = (given: NodeJS.ProcessEnv) =>
  Object.fromEntries(APPS.map((app) => [app.name, appEnvironment(app, places, servers, given)]));

describe('what the apps are told', () => {
  it("PORT is the gateway's and the others follow", () => {
    expect(APPS.map((app) => [app.name, portOf(app, 4000)])).toEqual([
      ['api-gateway', 4000],
      ['order-service', 4001],
      ['inventory-service', 4002],
      ['payment-service', 4003],
      ['orchestrator', 4004],
      ['identity-service', 4006],
    ]);
    const ports = Object.values(environments({ PORT: '4000' })).map(({ PORT }) => PORT);
    expect(ports).toEqual(['4000', '4001', '4002', '4003', '4004', '4006']);
  });

  it('each service has a database of its own on the one server', () => {
    const told = environments({ DB_URL: 'postgresql://wrong/for-all' });
    expect(told['payment-service']?.DB_URL).toBe('postgresql://me:pw@db:6000/payments');
    expect(told['orchestrator']?.DB_URL).toBe('postgresql://me:pw@db:6000/orchestrator');
    expect(told['api-gateway']?.DB_URL).toBeUndefined();
    expect(told['order-service']?.RABBITMQ_URL).toBe('amqp://one,amqp://two');
    expect(told['identity-service']?.DB_URL).toBe('postgresql://me:pw@db:6000/identity');
    expect(told['identity-service']).not.toHaveProperty('RABBITMQ_URL');
  });

  it("METRICS_PORT is the gateway's and the others follow", () => {
    const told = Object.values(environments({ METRICS_PORT: '1' }));
    const ports = told.map(({ METRICS_PORT }) => METRICS_PORT);
    expect(ports).toEqual(['5000', '5001', '5002', '5003', '5004', '5006']);
    expect(gatewayMetricsPort(undefined, 4000)).toBe(5000);
    expect(gatewayMetricsPort('6000', 4000)).toBe(6000);
    expect(gatewayMetricsPort(undefined, 4000, true)).toBe(0);
    expect(gatewayMetricsPort('4003', 4000)).toEqual({ wrong: expect.stringContaining('4003') });
    expect(gatewayMetricsPort('x', 4000)).toEqual({
      wrong: expect.stringMatching(/^METRICS_PORT/),
    });
  });

  it('each app listens on both loopback addresses', () => {
    for (const { HOST } of Object.values(environments({}))) expect(HOST).toBe('127.0.0.1,::1');
  });

  it('variables given to the command reach the apps that read them, and nothing else does', () => {
    const told = environments({
      PATH: '/bin',
      PAYMENT_FAILURE_RATE: '0',
      CHECKOUT_WAIT_MS: '1',
      LOG_LEVEL: 'debug',
      AWS_SECRET_ACCESS_KEY: 'x',
      DATABASE_SERVER_URL: 'postgresql://me:pw@db',
      DB_URL_FILE: '/run/db',
      RABBITMQ_URL_FILE: '/run/broker',
    });
    const having = (name: string) => APPS.flatMap((app) => (told[app.name]![name] ? app.name : []));
    const all = APPS.map(({ name }) => name);
    expect([having('PATH'), having('LOG_LEVEL')]).toEqual([all, all]);
    expect(having('PAYMENT_FAILURE_RATE')).toEqual(['payment-service']);
    expect(having('CHECKOUT_WAIT_MS')).toEqual(['orchestrator']);
    for (const name of ['AWS_SECRET_ACCESS_KEY', 'DATABASE_SERVER_URL', 'DB_URL_FILE']) {
      expect(having(name)).toEqual([]);
    }
    expect(having('RABBITMQ_URL_FILE')).toEqual([]);
  });

  it('the gateway is given no credential of the broker or the database', () => {
    const told = environments({ RABBITMQ_URL: 'amqp://a:pw@b', DB_URL: 'postgresql://a:pw@b' });
    expect(JSON.stringify(told['api-gateway'])).not.toContain('pw');
    expect(told['orchestrator']).toMatchObject({ RABBITMQ_URL: 'amqp://one,amqp://two' });
  });

  it('the gateway is told where the orchestrator is', () => {
    const told = environments({});
    expect(told['api-gateway']?.ORCHESTRATOR_URL).toBe('http://127.0.0.1:4004');
    const elsewhere = environments({ ORCHESTRATOR_URL: 'http://elsewhere' });
    expect(elsewhere['api-gateway']?.ORCHESTRATOR_URL).toBe('http://elsewhere');
    const inFile = environments({ ORCHESTRATOR_URL_FILE: '/run/url' })['api-gateway'];
    expect(inFile).toMatchObject({ ORCHESTRATOR_URL_FILE: '/run/url' });
    expect(inFile).not.toHaveProperty('ORCHESTRATOR_URL');
  });

  it('the orchestrator is told where the services have their chaos knobs, and all share a secret', () => {
    const told = environments({ OPS_TOKEN: 'secret' });
    expect(told['orchestrator']?.OPERATED_APPS).toBe(
      'http://127.0.0.1:5001,http://127.0.0.1:5002,http://127.0.0.1:5003',
    );
    expect(told['orchestrator']?.WATCHED_APPS).toBe(
      'http://127.0.0.1:5000,http://127.0.0.1:5004,http://127.0.0.1:5006',
    );
    const having = APPS.flatMap(({ name }) => (told[name]?.OPS_TOKEN ? name : []));
    expect(having).toEqual(APPS.map(({ name }) => name));
    const elsewhere = environments({ OPERATED_APPS: 'http://elsewhere' });
    expect(elsewhere['orchestrator']?.OPERATED_APPS).toBe('http://elsewhere');
  });

  it('the gateway is told where inventory-service is', () => {
    expect(environments({})['api-gateway']?.INVENTORY_URL).toBe('http://127.0.0.1:4002');
    const elsewhere = environments({ INVENTORY_URL: 'http://elsewhere' });
    expect(elsewhere['api-gateway']?.INVENTORY_URL).toBe('http://elsewhere');
    expect(environments({})['order-service']).not.toHaveProperty('INVENTORY_URL');
  });

  it('the gateway is told where identity-service is, and both have the issuer of every port', () => {
    const told = environments({});
    expect(told['api-gateway']?.IDENTITY_URL).toBe('http://127.0.0.1:4006');
    const elsewhere = environments({ ISSUER: 'https://id.shop.example' });
    const production = environments({ NODE_ENV: 'production' });
    for (const app of ['api-gateway', 'identity-service']) {
      expect(told[app]?.ISSUER).toBe('http://localhost:3006');
      expect(elsewhere[app]?.ISSUER).toBe('https://id.shop.example');
      expect(production[app]).not.toHaveProperty('ISSUER');
    }
  });

  it('identity-service writes e-mails into its folder, whose links open the gateway', () => {
    const { MAIL_FOLDER, PAGES_URL } = environments({})['identity-service']!;
    expect(MAIL_FOLDER).toMatch(/\/apps\/identity-service\/mail$/);
    expect(PAGES_URL).toBe('http://localhost:4000');
    const told = environments({ MAIL_FOLDER: '/mails', PAGES_URL: 'https://shop.example' });
    expect(told['identity-service']).toMatchObject({
      MAIL_FOLDER: '/mails',
      PAGES_URL: 'https://shop.example',
    });
  });

  it('the gateway is told where order-service is', () => {
    expect(environments({})['api-gateway']?.ORDER_URL).toBe('http://127.0.0.1:4001');
    const elsewhere = environments({ ORDER_URL: 'http://elsewhere' });
    expect(elsewhere['api-gateway']?.ORDER_URL).toBe('http://elsewhere');
  });

  it('a variable of one app is no misspelt one of another: all may share one environment', () => {
    const all = APPS.flatMap(({ name }) => variablesOf(name));
    for (const { name } of APPS) expect(nearVariables(all, variablesOf(name))).toEqual([]);
  });

  it('a misspelt variable is named with the one that it is like', () => {
    const names = APPS.map(({ name }) => name);
    expect(misspeltVariables(names, { PAYMENT_FAILURE_RAT: '0', BACKSTITCH_SERVER: 'x' })).toEqual([
      { variable: 'PAYMENT_FAILURE_RAT', like: 'PAYMENT_FAILURE_RATE' },
      { variable: 'BACKSTITCH_SERVER', like: 'BACKSTITCH_SERVERS' },
    ]);
    const usual = { PATH: '', HOME: '', npm_lifecycle_event: '', TERM: '', PORT: '', PWD: '' };
    expect(misspeltVariables(names, usual)).toEqual([]);
  });

  it.each([
    [undefined, 3000],
    ['', 3000],
    ['4000', 4000],
    ['0', 0],
    ['65529', 65_529],
  ])('PORT %j is %j', (text, port) => expect(gatewayPort(text)).toBe(port));

  it.each(['65530', '-1', 'abc', '3000.5', '1e3'])('PORT %j is refused in words', (text) => {
    expect(gatewayPort(text)).toEqual({ wrong: expect.stringContaining(`"${text}"`) });
  });

  it.each([
    [undefined, '127.0.0.1'],
    ['0.0.0.0', '127.0.0.1'],
    ['192.168.1.7', '192.168.1.7'],
    ['127.0.0.1,::1', '127.0.0.1'],
    ['::1', '[::1]'],
    ['::', '127.0.0.1'],
  ])('an app on HOST %j is reached at %s', (host, reached) =>
    expect(reachableHost(host)).toBe(reached),
  );
});
