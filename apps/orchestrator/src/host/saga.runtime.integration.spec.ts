import { createLoggerTo } from '@backstitch/service-kit';
import { newUuid } from '@backstitch/shared-types';
import { waitFor } from '@backstitch/testkit';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { OrchestratorConfig } from '../config.js';
import { Orchestrators } from '../testing/orchestrators.js';
import { registeredSagas } from '../sagas/registry.js';
import { SagaRegistry } from './registry/saga-registry.js';
import { SagaRuntime } from './saga.runtime.js';

let shop: Orchestrators;
beforeAll(async () => {
  shop = await Orchestrators.prepare();
});
afterAll(() => shop.close());

it('begins nothing before its first heartbeat, and sends what waits as soon as the broker is there', async () => {
  const config = Object.assign(new OrchestratorConfig(), {
    DB_URL: shop.database.url,
    RABBITMQ_URL: shop.vhost.url,
  });
  const runtime = new SagaRuntime({
    registry: new SagaRegistry(registeredSagas(config)),
    config,
    logger: createLoggerTo({ write: () => undefined }, 'test', 'info'),
  });
  const resend = jest.spyOn(runtime.engine, 'resendUnsent');
  const [definition] = runtime.registry.saga('checkout')!.definitions;
  const input = { userId: 'user', items: [], totalAmount: '0.00' };
  const begin = () =>
    runtime.engine.start({ definition, sagaId: newUuid(), subjectId: newUuid(), input });
  expect(runtime.whyNothingCanBegin()).toMatch(/first heartbeat/);
  await expect(begin()).rejects.toThrow('the time of the database is not known yet');
  await runtime.store.heartbeat();
  expect(runtime.whyNothingCanBegin()).toBeUndefined();
  await begin();
  await waitFor('the command to be refused', async () => {
    const rows = await shop.query(`SELECT FROM saga_state WHERE waiting_for = 'resend'`);
    return rows.length === 1;
  });
  expect(resend).not.toHaveBeenCalled();
  runtime.start();
  await waitFor('the broker to be there', () => runtime.whyBrokerIsAway() === undefined);
  expect(resend).toHaveBeenCalledTimes(1);
  expect(await shop.serve('order', { response: {} })).toBe('order.create');
  await runtime.engine.stop();
  await runtime.close();
});
