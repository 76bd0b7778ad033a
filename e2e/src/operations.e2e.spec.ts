import { COMMAND_QUEUES, deadLetterQueueOf } from '@backstitch/shared-types';
import { waitFor } from '@backstitch/testkit';
import { type AppName, projectRoot, runCommand } from '@backstitch/tools';
import { describe, expect, it } from '@jest/globals';
import { orderRows, sagaLog } from './saga-log.js';
import { type Answer, checkout, mouse } from './shopper.js';
import type { System } from './system.js';
import { withSystem } from './with-system.js';

const { inventory, payment } = COMMAND_QUEUES;
const BECAUSE = ['--reason', 'an end-to-end test', '--operator', 'olga'];

/** What the operator sees of one command. */
interface Ran {
  code: number;
  /** Its standard output alone. */
  answer: string;
  out: string;
}

describe('operators', () => {
  let system: System;
  const orchestrator = {
    REPLY_TIMEOUT_MS: '20000',
    STEP_DEADLINE_MS: '60000',
    PAYMENT_REPLY_TIMEOUT_MS: '500',
    STEP_ATTEMPTS: '1',
    ATTENTION_AFTER_ATTEMPTS: '2',
    BACKOFF_MAX_MS: '600000',
  };
  withSystem({ appEnv: { orchestrator } }, (started) => (system = started));

  const run = async (program: 'sagas' | 'dead-letters', ...words: string[]): Promise<Ran> => {
    const file = `${projectRoot()}/tools/dist/operate/${program}.js`;
    const env = { ...process.env, ORCHESTRATOR_URL: system.apps.orchestrator.url };
    const { code, stdout, output } = await runCommand(process.execPath, [file, ...words], { env });
    return { code, answer: stdout, out: output };
  };
  const json = async <Seen>(program: 'sagas' | 'dead-letters', ...words: string[]) =>
    JSON.parse((await run(program, '--json', ...words)).answer) as Seen;
  const deadLetters = async (): Promise<{ id: string; class: string }[]> =>
    (await json<{ deadLetters: { id: string; class: string }[] }>('dead-letters', 'list'))
      .deadLetters;
  /** It still reads its queue, to the broker, and does nothing. */
  const freeze = (app: AppName): void => void process.kill(system.apps[app].pid, 'SIGSTOP');
  const begin = (): Promise<Answer> =>
    checkout(system.gatewayUrl, [mouse(1)], { headers: { prefer: 'respond-async' } });
  const awaiting = (sagaId: string, step: string) =>
    waitFor(`the saga at ${step}`, async () => {
      const sql = 'SELECT needs_attention FROM saga_state WHERE saga_id = $1 AND current_step = $2';
      const [row] = await system.rows<{ needs_attention: boolean }>('orchestrator', sql, [
        sagaId,
        step,
      ]);
      return row;
    });

  it('find a poisonous message, are refused its replay, and discard it', async () => {
    const body = Buffer.from('{"pattern":"payment.refund","data":{"orderId":7}}');
    await system.vhost!.publish(payment, body);
    const dead = await waitFor('it to be listed', async () => (await deadLetters())[0]);
    expect(dead).toMatchObject({ class: 'poison', reason: 'INVALID_DATA' });
    const listed = await run('dead-letters', 'list');
    expect(listed).toMatchObject({ code: 0, out: expect.stringContaining(dead.id) });
    expect(listed.out).toMatch(/\[discard\]/);
    const stored = 'SELECT bytes, reason, state FROM dead_letters WHERE id = $1';
    expect(await system.rows('orchestrator', stored, [dead.id])).toEqual([
      { bytes: body, reason: 'INVALID_DATA', state: 'open' },
    ]);
    expect(await system.vhost!.queue(deadLetterQueueOf(payment))).toMatchObject({ messages: 0 });
    const grouped = await run('dead-letters', 'groups', '--reason', 'INVALID_DATA');
    expect(grouped.out).toMatch(/1 +payment_commands +payment\.refund +INVALID_DATA +poison/);
    const shown = await run('dead-letters', 'show', dead.id);
    expect(shown.out).toContain(body.toString());
    const refused = await run('dead-letters', 'replay', dead.id, ...BECAUSE);
    expect(refused).toMatchObject({ code: 1, out: expect.stringMatching(/ACTION_REFUSED: .+/) });
    expect(await run('dead-letters', 'discard', dead.id)).toMatchObject({ code: 2 });
    expect(await deadLetters()).toHaveLength(1);
    expect(await run('dead-letters', 'discard', dead.id, ...BECAUSE)).toMatchObject({ code: 0 });
    expect(await deadLetters()).toEqual([]);
    const records = await system.rows(
      'orchestrator',
      'SELECT operator, action, reason, outcome FROM operator_actions WHERE subject_id = $1 ORDER BY at',
      [dead.id],
    );
    const by = { operator: 'olga', reason: 'an end-to-end test' };
    expect(records).toEqual([
      { ...by, action: 'replay', outcome: 'refused' },
      { ...by, action: 'discard', outcome: 'done' },
    ]);
  }, 300_000);

  it('replay a one-shot release that may not be discarded, and its stock comes back', async () => {
    const { body } = await checkoutHeld();
    const release = { pattern: 'inventory.release', data: { orderId: body.orderId } };
    await system.vhost!.publish(deadLetterQueueOf(inventory), Buffer.from(JSON.stringify(release)));
    const dead = await waitFor('it to be listed', async () => (await deadLetters())[0]);
    expect(dead).toMatchObject({ class: 'replayable' });
    const discarded = await run('dead-letters', 'discard', dead.id, ...BECAUSE);
    expect(discarded).toMatchObject({ code: 1, out: expect.stringMatching(/replay it/) });
    expect(await run('dead-letters', 'replay', dead.id, ...BECAUSE)).toMatchObject({ code: 0 });
    expect(await deadLetters()).toEqual([]);
  }, 300_000);

  /** A checkout that was undone: its order is CANCELLED. */
  async function checkoutHeld(): Promise<Answer> {
    const answer = await checkout(system.gatewayUrl, [mouse(1, '0.01')]);
    const { order } = await orderRows(system, answer.body.orderId);
    expect(order).toMatchObject({ status: 'CANCELLED' });
    return answer;
  }

  it('compensate a saga that goes forward: it is undone', async () => {
    freeze('inventory-service');
    const { body } = await begin();
    const { sagaId, orderId } = body;
    await awaiting(sagaId, 'INVENTORY_RESERVED');
    expect(await run('sagas', 'resume', sagaId, ...BECAUSE)).toMatchObject({ code: 1 });
    const compensated = await run('sagas', 'compensate', sagaId, ...BECAUSE);
    expect(compensated).toMatchObject({ code: 0 });
    expect(compensated.out).toMatch(/INVENTORY_RESERVED +in doubt .*OPERATOR_COMPENSATED/);
    process.kill(system.apps['inventory-service'].pid, 'SIGCONT');
    await awaiting(sagaId, 'COMPENSATED');
    expect(await sagaLog(system, sagaId)).toEqual([
      'ORDER_CREATED STARTED',
      'ORDER_CREATED COMPLETED',
      'INVENTORY_RESERVED STARTED',
      'INVENTORY_RESERVED FAILED',
      'RELEASE_INVENTORY STARTED',
      'RELEASE_INVENTORY COMPLETED',
      'CANCEL_ORDER STARTED',
      'CANCEL_ORDER COMPLETED',
    ]);
    const rows = await orderRows(system, orderId);
    expect(rows).toMatchObject({ order: { status: 'CANCELLED' }, payments: [] });
    const again = await run('sagas', 'compensate', sagaId, ...BECAUSE);
    expect(again).toMatchObject({ code: 1, out: expect.stringMatching(/finished/) });
  }, 300_000);

  it('find a parked saga, and end it by a resume once its participant is back', async () => {
    freeze('payment-service');
    const { body } = await begin();
    const { sagaId, orderId } = body;
    await waitFor('the saga to be parked', async () => {
      return (await awaiting(sagaId, 'REFUND_PAYMENT')).needs_attention;
    });
    const listed = await run('sagas', 'list', '--state', 'parked');
    expect(listed.out).toMatch(new RegExp(`${sagaId} +COMPENSATING, parked +REFUND_PAYMENT`));
    const shown = await run('sagas', 'show', sagaId);
    expect(shown.out).toMatch(/PAYMENT_PROCESSED +in doubt/);
    expect(shown.out).toMatch(/undo REFUND_PAYMENT +under way/);
    const compensated = await run('sagas', 'compensate', sagaId, ...BECAUSE);
    expect(compensated).toMatchObject({ code: 1, out: expect.stringMatching(/already/) });
    await spoil(orderId);
    await system.apps['payment-service'].kill();
    await system.restart('payment-service');
    const isFarAway = async () => {
      const sql = `SELECT FROM saga_state WHERE saga_id = $1 AND last_error->>'code' = 'WRONG_SAGA'
        AND waiting_for = 'retry' AND wake_at > now() + interval '1 minute'`;
      return (await system.rows('orchestrator', sql, [sagaId])).length > 0;
    };
    // Only the next try can be told so, and the tries grow rarer while the commands above run.
    await waitFor('the next try to be minutes away', isFarAway, { timeoutMs: 60_000 });
    await repair(orderId, sagaId);
    expect(await run('sagas', 'resume', sagaId, ...BECAUSE)).toMatchObject({ code: 0 });
    await awaiting(sagaId, 'COMPENSATED');
    expect((await run('sagas', 'list', '--state', 'parked')).out).toMatch(/No such sagas/);
    const rows = await orderRows(system, orderId);
    expect(rows).toMatchObject({
      order: { status: 'CANCELLED' },
      payments: [{ status: 'CANCELLED' }],
    });
  }, 300_000);

  /** The payment's row belongs to another saga, and its refund is refused until that is repaired. */
  const spoil = (orderId: string) =>
    system.rows(
      'payments',
      `INSERT INTO payments (order_id, saga_id, currency, status)
       VALUES ($1, gen_random_uuid(), 'USD', 'CANCELLED')`,
      [orderId],
    );
  const repair = (orderId: string, sagaId: string) =>
    system.rows('payments', 'UPDATE payments SET saga_id = $2 WHERE order_id = $1', [
      orderId,
      sagaId,
    ]);

  it('are heard by the orchestrator only, and not through the gateway', async () => {
    for (const path of ['dead-letters', 'sagas', 'dead-letters/x/replay']) {
      const response = await fetch(`${system.gatewayUrl}/api/${path}`, { method: 'POST' });
      expect([404, 405, 415]).toContain(response.status);
    }
    expect((await fetch(`${system.gatewayUrl}/api/dead-letters`)).status).toBe(404);
    expect((await fetch(`${system.gatewayUrl}/api/sagas`)).status).toBe(404);
  });

  it('leave books that agree', () => system.expectReconciled(), 300_000);
});
