import type { PublicSaga } from '@backstitch/shared-types';
import { waitFor } from '@backstitch/testkit';
import { describe, expect, it } from '@jest/globals';
import { EventReader } from './event-stream.js';
import { checkout, get, mouse, MOUSE } from './shopper.js';
import type { System } from './system.js';
import { withSystem } from './with-system.js';

const MAX_STREAMS = 4;
/** Frozen services stay frozen as long as a test needs. */
const PATIENT = {
  PAYMENT_REPLY_TIMEOUT_MS: '500',
  STEP_ATTEMPTS: '100',
  STEP_DEADLINE_MS: '600000',
  SAGA_DEADLINE_MS: '900000',
  BACKOFF_MAX_MS: '1000',
  BREAKER_ABSENT_MS: '600000',
};
const LONG = { timeoutMs: 60_000 };

describe('the events of a saga', () => {
  let system: System;
  const appEnv = {
    orchestrator: PATIENT,
    'api-gateway': { MAX_STREAMS: String(MAX_STREAMS) },
  };
  withSystem({ appEnv, twoOfEach: true, reconciledAfterMs: 0 }, async (started) => {
    system = started;
    await system.stock(1_000, MOUSE);
  });

  const signalPayments = (signal: 'SIGSTOP' | 'SIGCONT'): void => {
    const payments = system.processes.filter(({ app }) => app === 'payment-service');
    for (const { pid } of payments) process.kill(pid, signal);
  };
  const begin = async (): Promise<string> => {
    const headers = { prefer: 'respond-async' };
    const { status, body } = await checkout(system.gatewayUrl, [mouse(1)], { headers });
    expect(status).toBe(202);
    return body.sagaId;
  };
  const sagaOf = async (sagaId: string) =>
    (await get(system.gatewayUrl, `/api/sagas/${sagaId}`)).body as unknown as PublicSaga;
  const open = (sagaId: string, lastEventId?: string) =>
    EventReader.open(system.gatewayUrl, `sagas/${sagaId}/events`, lastEventId);
  const noteKinds = ({ events }: EventReader) =>
    events.filter(({ data }) => data.type === 'note').map(({ data }) => data.kind);

  it('come in log order from both orchestrators, and go on behind the last one received', async () => {
    signalPayments('SIGSTOP');
    const sagaId = await begin();
    // The gateway takes the orchestrators in turn: one of them does not drive this saga.
    const [whole, cut] = await Promise.all([open(sagaId), open(sagaId)]);
    await waitFor('a failed attempt', () => noteKinds(cut).includes('RETRIED'), LONG);
    await cut.leave();
    signalPayments('SIGCONT');
    const resumed = await open(sagaId, cut.ids.at(-1));
    await Promise.all([whole.ended(), resumed.ended()]);
    const rows = await system.rows<{ id: string }>(
      'orchestrator',
      `SELECT to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS id FROM (
        SELECT created_at FROM saga_logs WHERE saga_id = $1
        UNION ALL SELECT created_at FROM saga_notes WHERE saga_id = $1
      ) happened ORDER BY created_at`,
      [sagaId],
    );
    const stored = rows.map(({ id }) => id);
    expect(whole.ids).toEqual(stored);
    expect([...cut.ids, ...resumed.ids]).toEqual(stored);
    expect(resumed.names.at(-1)).toBe('end');
    expect(whole.events.at(-2)).toMatchObject({ event: 'saga', data: { status: 'DONE' } });
  }, 120_000);

  it('show a saga as paused while the payments are away, and each milestone in order', async () => {
    signalPayments('SIGSTOP');
    const sagaId = await begin();
    await waitFor('a pause', async () => (await sagaOf(sagaId)).paused !== null, LONG);
    const { paused, notes } = await sagaOf(sagaId);
    expect(paused?.why).toBe('Payments are not answering at the moment.');
    expect(paused?.since).toBe(notes.find(({ kind }) => kind === 'RETRIED')?.createdAt);
    signalPayments('SIGCONT');
    await waitFor('the end', async () => (await sagaOf(sagaId)).status === 'DONE', LONG);
    const { lifecycle, paused: after } = await sagaOf(sagaId);
    expect(after).toBeNull();
    const states = lifecycle.map(({ state }) => state);
    expect(states).toEqual([
      'CREATED',
      'INVENTORY_RESERVED',
      'PAYMENT_PENDING',
      'PAID',
      'CONFIRMED',
    ]);
    const times = lifecycle.map(({ at }) => at);
    expect([...times].sort()).toEqual(times);
  }, 120_000);

  it('of an untroubled saga are no notes', async () => {
    const { body } = await checkout(system.gatewayUrl, [mouse(1)]);
    const { notes, status } = await sagaOf(body.sagaId);
    expect({ notes, status }).toEqual({ notes: [], status: 'DONE' });
  });

  it('are refused beyond the limit of open streams, until a client leaves', async () => {
    signalPayments('SIGSTOP');
    const sagaId = await begin();
    const readers = [];
    for (let n = 0; n < MAX_STREAMS; n++) readers.push(await open(sagaId));
    const refused = await open(sagaId);
    expect(refused.response.status).toBe(503);
    expect(await refused.response.json()).toMatchObject({
      code: 'UNAVAILABLE',
      detail: expect.stringContaining(`At most ${MAX_STREAMS} streams may be open`),
    });
    await readers.pop()!.leave();
    let next = await open(sagaId);
    await waitFor('a free place', async () => {
      if (next.response.status === 503) next = await open(sagaId);
      return next.response.status === 200;
    });
    signalPayments('SIGCONT');
    await Promise.all([...readers, next].map((reader) => reader.ended()));
  }, 120_000);

  it('of an order go on behind the last one received, too', async () => {
    const { body } = await checkout(system.gatewayUrl, [mouse(1)]);
    const path = `orders/${body.orderId}/stream`;
    const whole = await EventReader.open(system.gatewayUrl, path);
    await waitFor('two events', () => whole.ids.length >= 2, LONG);
    await whole.leave();
    expect(whole.ids).toEqual(['1', '2']);
    const rest = await EventReader.open(system.gatewayUrl, path, '1');
    await waitFor('the second event', () => rest.ids.length >= 1, LONG);
    await rest.leave();
    expect(rest.ids).toEqual(['2']);
    const foreign = await EventReader.open(system.gatewayUrl, path, 'x');
    expect(foreign.response.status).toBe(400);
  });

  it('of no saga, and behind no event, are refused in the words of the caller', async () => {
    const unknown = await open('00000000-0000-4000-8000-000000000000');
    expect(unknown.response.status).toBe(404);
    const { body } = await checkout(system.gatewayUrl, [mouse(1)]);
    const foreign = await open(body.sagaId, 'yesterday');
    expect(foreign.response.status).toBe(400);
    expect(await foreign.response.json()).toMatchObject({
      errors: [{ field: 'Last-Event-ID' }],
    });
  });

  it('end with a bye when the apps shut down, and with one when an orchestrator is killed', async () => {
    signalPayments('SIGSTOP');
    const sagaId = await begin();
    const readers = await Promise.all([open(sagaId), open(sagaId)]);
    const orchestrators = system.processes.filter(({ app }) => app === 'orchestrator');
    await orchestrators[0]!.stop();
    await orchestrators[1]!.kill();
    await Promise.all(readers.map((reader) => reader.ended()));
    for (const reader of readers) {
      expect(reader.events.at(-1)).toEqual({
        event: 'bye',
        id: undefined,
        data: { retryMs: 1_000 },
      });
    }
    signalPayments('SIGCONT');
    for (const one of orchestrators) one.start();
    await system.ready();
    const last = await open(sagaId, readers[0].ids.at(-1));
    await last.ended();
    expect(last.names.at(-1)).toBe('end');
    expect(noteKinds(last)).toContain('TAKEN_OVER');
  }, 180_000);
});
