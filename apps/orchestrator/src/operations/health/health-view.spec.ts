import { describe, expect, it } from '@jest/globals';
import { appsOf, databasesOf } from './health-view.js';

const URL = 'http://10.0.0.7:4001';
const POOL = { name: 'order-service', max: 10, inUse: 1, idle: 2, waiting: 0 };
const CHECK = { name: 'database', state: 'down', why: 'it is away', ms: 7 } as const;
const STATE = {
  app: 'order-service',
  instanceId: 'a',
  startedAt: '2026-11-30T12:00:00.000Z',
  state: 'error',
  checks: [CHECK, { name: 'broker', state: 'up', why: null, ms: 0 }],
  pools: [POOL],
};
const answered = (body: unknown, status = 200) => ({
  url: URL,
  status,
  text: typeof body === 'string' ? body : JSON.stringify(body),
});

describe('the health of apps', () => {
  it('has each check of an instance with its reason and its time', () => {
    const [app] = appsOf([answered(STATE)]);
    expect(app).toMatchObject({ url: URL, app: 'order-service', state: 'error', why: null });
    expect(app!.checks).toEqual(STATE.checks);
  });

  it.each([
    ['gave no answer', { url: URL, why: 'it did not answer within 2500 ms' }, 'within 2500 ms'],
    ['has no such address', answered('{}', 404), 'it answered 404'],
    ['answers with no JSON', answered('<html>'), 'no state of an app'],
    ['answers with other JSON', answered({ app: 1 }), 'no state of an app'],
  ])('names an address that %s, and says why', (_what, reply, why) => {
    const [app] = appsOf([reply]);
    expect(app).toMatchObject({ url: URL, state: 'away', app: null, checks: [] });
    expect(app!.why).toContain(why);
    expect(databasesOf([reply])).toEqual([]);
  });

  it('has the database of each instance, with its pool', () => {
    expect(databasesOf([answered(STATE), { url: URL, why: 'away' }])).toEqual([
      {
        name: 'order-service',
        instanceId: 'a',
        state: 'down',
        why: 'it is away',
        ms: 7,
        pool: POOL,
      },
    ]);
  });

  it('has no database of an app that has none', () => {
    expect(databasesOf([answered({ ...STATE, checks: [] })])).toEqual([]);
  });
});
