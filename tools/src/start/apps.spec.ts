import { describe, expect, it } from '@jest/globals';
import { APPS, appEnvironment, gatewayPort, portOf, reachableHost } from './apps.js';

const servers = {
  databaseServerUrl: 'postgresql://me:pw@db:6000',
  rabbitmqUrl: 'amqp://one,amqp://two',
};
const environments = (given: NodeJS.ProcessEnv) =>
  Object.fromEntries(APPS.map((app) => [app.name, appEnvironment(app, 4000, servers, given)]));

describe('what the apps are told', () => {
  it("PORT is the gateway's and the others follow", () => {
    expect(APPS.map((app) => [app.name, portOf(app, 4000)])).toEqual([
      ['api-gateway', 4000],
      ['order-service', 4001],
      ['inventory-service', 4002],
      ['payment-service', 4003],
      ['orchestrator', 4004],
    ]);
    const ports = Object.values(environments({ PORT: '4000' })).map(({ PORT }) => PORT);
    expect(ports).toEqual(['4000', '4001', '4002', '4003', '4004']);
  });

  it('each service has a database of its own on the one server', () => {
    const told = environments({ DB_URL: 'postgresql://wrong/for-all' });
    expect(told['payment-service']?.DB_URL).toBe('postgresql://me:pw@db:6000/payments');
    expect(told['orchestrator']?.DB_URL).toBe('postgresql://me:pw@db:6000/orchestrator');
    expect(told['api-gateway']?.DB_URL).toBeUndefined();
    expect(told['order-service']?.RABBITMQ_URL).toBe('amqp://one,amqp://two');
  });

  it('variables given to the command reach every app', () => {
    const told = environments({ PAYMENT_FAILURE_RATE: '0', LOG_LEVEL: 'debug' });
    for (const env of Object.values(told)) {
      expect(env).toMatchObject({ PAYMENT_FAILURE_RATE: '0', LOG_LEVEL: 'debug' });
    }
    expect(told['api-gateway']?.ORCHESTRATOR_URL).toBe('http://127.0.0.1:4004');
    const elsewhere = environments({ ORCHESTRATOR_URL: 'http://elsewhere' });
    expect(elsewhere['api-gateway']?.ORCHESTRATOR_URL).toBe('http://elsewhere');
  });

  it.each([
    [undefined, 3000],
    ['', 3000],
    ['4000', 4000],
    ['0', 0],
    ['65531', 65_531],
  ])('PORT %j is %j', (text, port) => expect(gatewayPort(text)).toBe(port));

  it.each(['65532', '-1', 'abc', '3000.5', '1e3'])('PORT %j is refused in words', (text) => {
    expect(gatewayPort(text)).toEqual({ wrong: expect.stringContaining(`"${text}"`) });
  });

  it.each([
    [undefined, '127.0.0.1'],
    ['0.0.0.0', '127.0.0.1'],
    ['192.168.1.7', '192.168.1.7'],
  ])('an app on HOST %j is reached at %s', (host, reached) =>
    expect(reachableHost(host)).toBe(reached),
  );
});
