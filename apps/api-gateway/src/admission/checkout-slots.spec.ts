import { describe, expect, it } from '@jest/globals';
import { type KeyStatus, type Admittance, type Slot, CheckoutSlots } from './checkout-slots.js';

const SLOW_MS = 1_000;

function slotsWith(inFlight: number, replays = 0) {
  const slots = new CheckoutSlots({ max: 20, replaysMax: 8, slowAfterMs: SLOW_MS });
  const occupied: Slot[] = [];
  for (let n = 0; n < inFlight; n += 1) occupied.push(slots.acquire('full', 0));
  for (let n = 0; n < replays; n += 1) occupied.push(slots.acquire('replay-only', 0));
  return { slots, occupied };
}

describe('a slot for a checkout', () => {
  //  inFlight   replays   keyless   new key   known key
  it.each<[number, number, Admittance, Admittance, Admittance]>([
    [0, 0, 'full', 'full', 'full'],
    [19, 8, 'full', 'full', 'full'],
    [20, 0, undefined, 'replay-only', 'replay-only'],
    [20, 1, undefined, 'replay-only', 'replay-only'],
    [20, 2, undefined, undefined, 'replay-only'],
    [20, 7, undefined, undefined, 'replay-only'],
    [20, 8, undefined, undefined, undefined],
  ])(
    'is admitted by key status, with %i of 20 and %i of 8 replays in flight',
    (inFlight, replays, ...admittances) => {
      const { slots } = slotsWith(inFlight, replays);
      const keyStatuses: KeyStatus[] = ['keyless', 'new-key', 'known-key'];
      expect(keyStatuses.map((keyStatus) => slots.admittanceOf(keyStatus, 0))).toEqual(admittances);
      expect(slots.occupied).toBe(inFlight + replays);
    },
  );

  it('is free again after its release', () => {
    const { slots, occupied } = slotsWith(20, 8);
    slots.release(occupied.at(-1)!);
    expect(slots.admittanceOf('known-key', 0)).toBe('replay-only');
    slots.release(occupied[7]!);
    expect(slots.admittanceOf('keyless', 0)).toBe('full');
  });

  it('is not free while more than a tenth of the checkouts are slow', () => {
    const { slots, occupied } = slotsWith(3);
    for (let n = 0; n < 10; n += 1) slots.acquire('full', SLOW_MS / 2);
    expect(slots.admittanceOf('keyless', SLOW_MS - 1)).toBe('full');
    expect(slots.admittanceOf('keyless', SLOW_MS)).toBeUndefined();
    expect(slots.admittanceOf('known-key', SLOW_MS)).toBe('replay-only');
    slots.release(occupied[1]!);
    expect(slots.admittanceOf('keyless', SLOW_MS)).toBe('full');
  });

  it('is reserved for at least one new key that may be a replay', () => {
    const slots = new CheckoutSlots({ max: 1, replaysMax: 1, slowAfterMs: SLOW_MS });
    slots.acquire('full', 0);
    expect(slots.admittanceOf('new-key', 0)).toBe('replay-only');
  });
});
