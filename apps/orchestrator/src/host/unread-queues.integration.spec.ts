import { createLoggerTo } from '@backstitch/service-kit';
import { COMMAND_QUEUES, newUuid } from '@backstitch/shared-types';
import { waitFor } from '@backstitch/testkit';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { OrchestratorConfig } from '../config.js';
import { Orchestrators } from '../testing/orchestrators.js';
import { registeredSagas } from '../sagas/registry.js';
import { SagaRegistry } from './registry/saga-registry.js';
import { SagaRuntime } from './saga.runtime.js';

/** As many as an orchestrator has sent and unanswered in a queue, undos only. */
const PLACES = 96;
const SAGAS = 150;
/** So often every undo was sent. */
const ATTEMPTS = 8;

let shop: Orchestrators;
let runtime: SagaRuntime;
beforeAll(async () => {
  shop = await Orchestrators.prepare();
});
afterAll(async () => {
  await runtime.engine.stop();
  await runtime.close();
  await shop.close();
});

/** The number of commands in the queue now, batched ones included. */
async function commandsIn(queue: string): Promise<number> {
  await shop.vhost.publish(queue, Buffer.from('"the last"')); // it does not expire
  for (let commands = 0; ; ) {
    const { content } = await shop.vhost.take(queue);
    const body: unknown = JSON.parse(content.toString());
    if (body === 'the last') return commands;
    commands += [body].flat().length;
  }
}

it('the queue of a dead participant stops growing, however often its undos are sent', async () => {
  const config = Object.assign(new OrchestratorConfig(), {
    DB_URL: shop.database.url,
    RABBITMQ_URL: shop.vhost.url,
    REPLY_TIMEOUT_MS: 500,
    STEP_ATTEMPTS: 1,
    BACKOFF_MAX_MS: 500,
  });
  const registry = new SagaRegistry(registeredSagas(config));
  const logger = createLoggerTo({ write: () => undefined }, 'test', 'info');
  runtime = new SagaRuntime({ registry, config, logger });
  runtime.start();
  await waitFor('the broker', () => runtime.whyBrokerIsAway() === undefined);
  await waitFor('the replies', () => runtime.whyRepliesAreAway() === undefined);
  const { engine } = runtime;
  const [definition] = registry.saga('checkout')!.definitions;
  const input = { userId: 'user', items: [], totalAmount: '0.00' };
  const begin = () => engine.start({ definition, sagaId: newUuid(), subjectId: newUuid(), input });
  await runtime.store.heartbeat(); // tells the time without which nothing begins
  await Promise.all(Array.from({ length: SAGAS }, begin));
  await waitFor(
    'every undo to be sent many times',
    async () => {
      const rows = await shop.query(
        `SELECT FROM saga_state WHERE status = 'COMPENSATING' AND attempt > $1`,
        [ATTEMPTS],
      );
      return rows.length === SAGAS;
    },
    { timeoutMs: 90_000 },
  );
  await engine.stop();
  expect(await commandsIn(COMMAND_QUEUES.order)).toBeLessThanOrEqual(2 * PLACES);
});
