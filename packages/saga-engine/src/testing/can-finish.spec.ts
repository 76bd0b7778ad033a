import { describe, expect, it } from '@jest/globals';
import { command, defineSaga, step, undo, type SagaDefinition } from '../core/define.js';
import { isOpen, type OpenSaga } from '../core/instance.js';
import { purchase, type PurchaseInput } from '../fixtures/purchase.js';
import { changedVersions, first, next } from '../fixtures/purchase-versions.js';
import { canFinish } from './can-finish.js';
import { reachableStates, type ReachableState } from './reachable-states.js';

const options = {
  input: { amount: '9.99' },
  responses: { STOCK_RESERVED: { holdId: 'hold-1' } },
};

interface Parts {
  readonly keep?: (response: unknown) => unknown;
  readonly payment?: (kept: unknown) => unknown;
  readonly refundQueue?: string;
  readonly more?: boolean;
}

/** A saga whose payment is made from what the reservation kept. */
function shop({
  keep,
  payment,
  refundQueue = 'payments',
  more,
}: Parts): SagaDefinition<PurchaseInput> {
  const nothing = () => ({});
  return defineSaga<PurchaseInput>({
    name: 'shop',
    version: 1,
    deadlineMs: 60_000,
    steps: [
      step('STOCK_RESERVED', {
        do: command('stock', 'reserve', nothing),
        undo: undo('RELEASE_STOCK', 'stock', 'release', nothing),
        keep: keep ?? ((response) => response),
      }),
      step('PAYMENT_MADE', {
        do: command('payments', 'pay', (c) => (payment ?? (() => ({})))(c.kept.STOCK_RESERVED)),
        undo: undo('REFUND_PAYMENT', refundQueue, 'refund', nothing),
        rejections: ['DECLINED'],
      }),
      step('ORDER_CONFIRMED', { do: command('orders', 'confirm', nothing), pivot: true }),
      ...(more ? [step<PurchaseInput>('MAIL_SENT', { do: command('mail', 'send', nothing) })] : []),
    ],
  });
}

const isDriven = (state: ReachableState): state is ReachableState & { instance: OpenSaga } =>
  isOpen(state.instance);

describe('a definition that goes on with the sagas of another', () => {
  it('can finish its own sagas, from every state', () => {
    const { states, problems } = canFinish(purchase, purchase, options);
    expect(problems).toEqual([]);
    expect(states).toBeGreaterThan(purchase.commands.size * 3);
  });

  it('is given a saga that awaits each command, in each way of waiting', () => {
    const states = reachableStates(purchase, options).filter(isDriven);
    for (const name of purchase.commands.keys()) {
      const ways = states.filter(({ instance }) => instance.awaited === name);
      const waits = new Set(ways.map(({ instance }) => instance.waitingFor));
      expect([name, [...waits].sort()]).toEqual([name, ['reply', 'resend', 'retry']]);
    }
  });

  it.each(Object.entries(changedVersions))('cannot finish them when it %s', (_what, changed) => {
    expect(canFinish(first, changed, options).problems).not.toEqual([]);
  });

  it('cannot finish them when it is the next version, with other steps', () => {
    expect(canFinish(first, next, options).problems).toContainEqual(
      expect.stringMatching(/^nothing is known of STOCK_RESERVED, so the saga is parked for ever/),
    );
  });

  it('can finish them with a step more at the end', () => {
    expect(canFinish(shop({}), shop({ more: true }), options).problems).toEqual([]);
  });

  it('cannot finish them with data that only its own sagas keep', () => {
    const old = shop({ keep: () => ({ id: 'hold-1' }) });
    const holdOf = (kept: unknown) => ({ hold: (kept as { holdId?: string }).holdId });
    const now = shop({ keep: () => ({ holdId: 'hold-1' }), payment: holdOf });
    expect(canFinish(old, now, options).problems).toEqual([
      expect.stringMatching(/^PAYMENT_MADE is sent without hold \(when /),
    ]);
  });

  it('cannot finish them with a command that throws for what the old one kept', () => {
    const old = shop({ keep: () => 'hold-1' });
    const now = shop({
      keep: () => ({ holds: ['hold-1'] }),
      payment: (kept) => ({ hold: (kept as { holds: string[] }).holds[0] }),
    });
    expect(canFinish(old, now, options).problems).toContainEqual(
      expect.stringMatching(/^PAYMENT_MADE cannot be made/),
    );
  });

  it('cannot finish them when an undo goes to another queue than its command went to', () => {
    expect(canFinish(shop({}), shop({ refundQueue: 'refunds' }), options).problems).toEqual([
      'REFUND_PAYMENT no longer is refund on payments (when PAYMENT_MADE is awaited, or ' +
        'REFUND_PAYMENT is awaited)',
    ]);
  });
});
