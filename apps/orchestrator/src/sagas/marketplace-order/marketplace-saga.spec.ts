import { join } from 'node:path';
import {
  canFinish,
  everyFailure,
  expectGolden,
  failureReport,
  given,
  Scenario,
  traceReport,
} from '@backstitch/saga-engine/testing';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { TIMING } from '../../testing/timing.js';
import { marketplaceSaga } from './marketplace-saga.js';
import type { PlacedInput } from './placed-order.js';

const GOLDEN = join(import.meta.dirname, '../../testing/marketplace-saga.golden.txt');
const DAY_MS = 86_400_000;
const PRODUCT = '660facf7-b9cf-417a-8ee1-27afe2fb2c72';
const input: PlacedInput = {
  userId: 'user-123',
  caller: 'o:user-123',
  sellerId: 'u:issuer:seller-1',
  items: [{ productId: PRODUCT, quantity: 2, price: '29.99' }],
  totalAmount: '59.98',
};
const timing = {
  ...TIMING,
  sellerDecidesMs: 2 * DAY_MS,
  customerPaysMs: 1_800_000,
  sellerFulfilsMs: 14 * DAY_MS,
  graceMs: 600_000,
};
const saga = marketplaceSaga(timing);
const RESERVED_UNTIL = '2026-12-01T12:40:00.000Z';
const EXTENDED_UNTIL = '2026-12-15T12:40:00.000Z';

/** What the services answer, as far as the saga keeps it. */
const response = ({ name }: { name: string }) => {
  if (name === 'INVENTORY_RESERVED') return { expiresAt: RESERVED_UNTIL };
  return name === 'HOLD_EXTENDED' ? { expiresAt: EXTENDED_UNTIL } : {};
};

describe('the saga of a marketplace order, broken everywhere', () => {
  let cases: ReturnType<typeof everyFailure>;
  beforeAll(() => {
    cases = everyFailure(saga, { input, response });
  });

  it('never does what no saga may do', () => {
    expect(traceReport(cases.filter((one) => one.problems.length > 0))).toBe('');
  });

  it('reaches every step, every wait and every undo', () => {
    for (const name of [...saga.commands.keys(), ...saga.waits.keys()]) {
      expect(cases.some((one) => one.name.startsWith(`${name}`))).toBe(true);
    }
  });

  it('changes the sequence of events as recorded', () => {
    expectGolden(GOLDEN, failureReport(cases));
  });
});
