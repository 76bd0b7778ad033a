import { type Caller, encodeCaller, openCaller, userId } from '@backstitch/auth';
import { newUuid } from '@backstitch/shared-types';
import type { AppProcess } from '@backstitch/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Answer, ask, Orchestrators } from './testing/orchestrators.js';

const ISSUER = 'https://id.example';
const HOUR_MS = 3_600_000;

let shop: Orchestrators;
let one: AppProcess;
beforeAll(async () => {
  shop = await Orchestrators.prepare();
  one = await shop.ready(await shop.start({ QUESTION_TIMEOUT_MS: '20000' }));
});
afterAll(() => shop.close());

const aUser = (subject: string, roles: Caller['roles'] = ['customer']): Caller => ({
  id: userId(ISSUER, subject),
  kind: 'user',
  issuer: ISSUER,
  subject,
  roles,
  scopes: [],
});
const ANA = aUser('ana');

interface Stored {
  caller?: string | null;
  userId: string | null;
  createdAt: string;
}

/** What a caller is answered for the id of an order that the order service has. */
async function readAs(caller: Caller | undefined, stored: Stored | undefined): Promise<Answer> {
  const id = newUuid();
  const headers: Record<string, string> = caller
    ? { 'x-backstitch-caller': encodeCaller(caller) }
    : {};
  const [answer] = await Promise.all([
    ask(one, 'GET', `/orders/${id}`, { headers }),
    shop.serve('order', stored ? { response: { id, ...stored } } : { no: 'ORDER_NOT_FOUND' }),
  ]);
  return answer;
}

const hoursAgo = (hours: number) => new Date(Date.now() - hours * HOUR_MS).toISOString();
const ofAna = (): Stored => ({ caller: ANA.id, userId: 'ana', createdAt: hoursAgo(0) });
function bodyOf({ status, headers, body }: Answer): object {
  const { requestId: _requestId, instance: _instance, ...rest } = body;
  const { date: _date, 'x-request-id': _id, ...others } = Object.fromEntries(headers);
  return { status, headers: others, rest };
}

describe('an order of a caller with a token', () => {
  // R56
  it.each<[string, Caller]>([
    ['another user', aUser('eve')],
    ['a seller', aUser('eve', ['seller'])],
    ['an admin', aUser('eve', ['admin'])],
    ['an open caller with the same userId', openCaller('ana')],
    ['an open caller without a userId', openCaller('')],
  ])('is for %s what an order is that does not exist', async (_who, asking) => {
    const unknown = await readAs(asking, undefined);
    expect(unknown).toMatchObject({ status: 404, body: { code: 'ORDER_NOT_FOUND' } });
    expect(bodyOf(await readAs(asking, ofAna()))).toEqual(bodyOf(unknown));
  });

  it('is read by its caller and by an operator, and does not tell who the caller is', async () => {
    for (const asking of [ANA, aUser('op', ['operator']), undefined]) {
      const { status, body } = await readAs(asking, { ...ofAna(), createdAt: hoursAgo(99) });
      expect([status, body.userId, 'caller' in body]).toEqual([200, 'ana', false]);
    }
  });
});

describe('an order of an open caller', () => {
  // R57
  it.each<[string, Omit<Stored, 'createdAt'>]>([
    ['with its caller', { caller: 'o:bob', userId: 'bob' }],
    ['that an earlier release wrote', { caller: null, userId: 'bob' }],
    ['from an order service of an earlier release', { userId: 'bob' }],
    ['of which only a tombstone is left', { caller: null, userId: null }],
  ])('%s is read by its id for two hours, and not later', async (_what, stored) => {
    for (const asking of [openCaller(''), ANA]) {
      const young = await readAs(asking, { ...stored, createdAt: hoursAgo(1.9) });
      expect(young.status).toBe(200);
      const old = await readAs(asking, { ...stored, createdAt: hoursAgo(2) });
      expect(bodyOf(old)).toEqual(bodyOf(await readAs(asking, undefined)));
    }
  });
});
