import { Broker, BrokerUnavailable, DeadLetterQueues } from '@backstitch/messaging';
import { createLoggerTo } from '@backstitch/service-kit';
import { COMMAND_QUEUES, newUuid } from '@backstitch/shared-types';
import { testVhost, type TestVhost } from '@backstitch/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Queries } from '../../host/queries/queries.client.js';
import { checkoutSaga } from '../../sagas/checkout/checkout-saga.js';
import { claimFixture, type ClaimFixture } from '../../testing/claim-fixture.js';
import { registryOf } from '../../testing/registry-of.js';
import { TIMING } from '../../testing/timing.js';
import { OperatorActions } from '../operator-actions.repository.js';
import { DeadLetterAssessor } from './dead-letter-assessor.client.js';
import { readDeadLetter } from './dead-letter.reader.js';
import { DeadLettersHandler } from './dead-letters.handler.js';
import { DeadLettersRepository } from './dead-letters.repository.js';
import { newDeadLetter } from './new-dead-letter.js';

const WHO = { operator: 'olga', reason: 'the bank is back' };
const { payment } = COMMAND_QUEUES;
const logger = createLoggerTo({ write: () => undefined }, 'test', 'info');

let claims: ClaimFixture;
let vhost: TestVhost;
let repository: DeadLettersRepository;

beforeAll(async () => {
  claims = await claimFixture();
  vhost = await testVhost('dead_letter_actions');
  repository = new DeadLettersRepository(claims.database);
});
afterAll(async () => {
  await claims.close();
  await vhost.drop();
});

async function openBroker(): Promise<Broker> {
  const broker = new Broker({ urls: [vhost.url], name: 'actions', logger });
  broker.connect();
  await broker.ready();
  return broker;
}

function handlerOn(broker: Broker): DeadLettersHandler {
  // What the order service says: the order was cancelled, and no saga drives it.
  const queries = {
    ask: async () => ({ status: 'CANCELLED', sagaId: null }),
  } as unknown as Queries;
  const registry = registryOf([checkoutSaga(TIMING)]);
  return new DeadLettersHandler({
    queues: new DeadLetterQueues({ broker }),
    deadLetters: repository,
    assessor: new DeadLetterAssessor(registry, { load: async () => undefined }, queries),
    actions: new OperatorActions(claims.database),
    logger,
  });
}

describe('a replay that the broker refuses', () => {
  it('leaves the dead letter open and on record as failed, and the next replay sends it', async () => {
    const body = Buffer.from(
      JSON.stringify({ pattern: 'payment.refund', data: { orderId: newUuid() } }),
    );
    const properties = { messageId: newUuid(), headers: { 'dead-reason': 'UNAVAILABLE' } } as never;
    const row = newDeadLetter(readDeadLetter({ queue: payment, body, properties }));
    await repository.store([{ ...row, isRedelivered: false }]);
    const stateOf = () =>
      claims.query('SELECT state, class, operator, why, replayed_count FROM dead_letters');
    const away = await openBroker();
    await away.close();
    await expect(handlerOn(away).act('replay', row.id, WHO)).rejects.toThrow(BrokerUnavailable);
    const seen = { class: 'replayable', operator: WHO.operator, why: WHO.reason };
    expect(await stateOf()).toEqual([{ state: 'open', ...seen, replayed_count: 0 }]);

    const broker = await openBroker();
    expect(await handlerOn(broker).act('replay', row.id, WHO)).toMatchObject({ outcome: 'done' });
    expect(await stateOf()).toEqual([{ state: 'replayed', ...seen, replayed_count: 1 }]);
    expect((await vhost.take(payment)).content).toEqual(body);
    expect(await vhost.queue(payment)).toMatchObject({ messages: 0 });
    const outcomes = 'SELECT outcome FROM operator_actions WHERE subject_id = $1 ORDER BY at';
    expect(await claims.query(outcomes, [row.id])).toEqual([
      { outcome: 'failed' },
      { outcome: 'done' },
    ]);
    await broker.close();
  });
});
