import { newUuid } from '@backstitch/shared-types';
import type { AppProcess } from '@backstitch/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { UNHURRIED } from '../testing/dead-letters.js';
import { ask, Orchestrators, post } from '../testing/orchestrators.js';
import { retentionRunOn } from '../testing/retention-fixture.js';

let shop: Orchestrators;
let one: AppProcess;

beforeAll(async () => {
  shop = await Orchestrators.prepare();
  const days = { SAGA_RETENTION_DAYS: '7', IDEMPOTENCY_RETENTION_DAYS: '30' };
  one = await shop.ready(await shop.start({ ...UNHURRIED, ...days }));
});
afterAll(() => shop.close());

const AGED = `
  SELECT make_saga_logs_partitions(now()::date - 10, now()::date - 7);
  UPDATE saga_state SET updated_at = updated_at - interval '9 days';
  UPDATE saga_logs SET created_at = created_at - interval '9 days';
  UPDATE idempotency_keys SET created_at = created_at - interval '9 days'`;

describe('a checkout whose saga was removed', () => {
  it('answers its key as before, success or rejection; its saga is answered as removed', async () => {
    const [yes, no] = [newUuid(), newUuid()];
    const keyed = (key: string, quantity = 2) =>
      post(one, `user ${key}`, { 'idempotency-key': key }, quantity);
    const bought = (await Promise.all([keyed(yes), shop.serveAll()]))[0];
    expect(bought.status).toBe(200);
    const refusing = async () => {
      await shop.serve('order', { response: {} });
      await shop.serve('inventory', { response: {} });
      await shop.serve('payment', { no: 'PAYMENT_DECLINED' });
      for (const queue of ['inventory', 'order'] as const) {
        await shop.serve(queue, { response: {} });
      }
    };
    const refused = (await Promise.all([keyed(no), refusing()]))[0];
    expect(refused.status).toBe(402);
    await shop.query(AGED);
    expect(await retentionRunOn(shop, { sagas: 7, keys: 30 })).toMatchObject({ sagas: 2 });

    const again = await keyed(yes);
    expect(again).toMatchObject({ status: 200, body: bought.body });
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    const sameNo = await keyed(no);
    const { code, detail, sagaId, orderId } = refused.body;
    expect(sameNo).toMatchObject({ status: 402, body: { code, detail, sagaId, orderId } });
    expect(sameNo.headers.get('idempotent-replayed')).toBe('true');
    expect((await keyed(yes, 3)).status).toBe(422);
    const gone = await ask(one, 'GET', `/sagas/${bought.body.sagaId as string}`);
    expect(gone).toMatchObject({ status: 404, body: { code: 'SAGA_NOT_FOUND' } });
    expect(gone.body.detail).toContain('finished sagas are kept for 7 days');
  });
});
