import { describe, expect, it } from '@jest/globals';
import type { BankRepository } from './bank.repository.js';
import { SimulatedBank, type BankTerms } from './bank.provider.js';

const request = { key: 'k', amountMinor: 100, currency: 'USD' };
const UNAVAILABLE = { code: 'PROVIDER_UNAVAILABLE', retryable: true };

/** A bank whose dice fall as told, and what was written into its ledger. */
function bankWith(terms: Partial<BankTerms>, isDecided = false) {
  const written: string[] = [];
  const ledger = {
    isDecided: async () => isDecided,
    charge: async ({ decision }: { decision: string }) => {
      written.push(decision);
      return { kind: decision === 'APPROVED' ? 'approved' : 'declined', reason: '' };
    },
    cancel: async () => {
      written.push('CANCELLED');
      return 'refunded';
    },
  } as unknown as BankRepository;
  return { bank: new SimulatedBank(ledger, { failureRate: 0, latencyMs: 0, ...terms }), written };
}

describe('the simulated bank', () => {
  it('does as it is told and says so, unless it is given faults', async () => {
    const { bank, written } = bankWith({ random: () => 0 });
    expect(await bank.charge(request)).toMatchObject({ kind: 'approved' });
    expect(await bank.cancel('k')).toBe('refunded');
    expect(written).toEqual(['APPROVED', 'CANCELLED']);
  });

  it.each([
    ['4242', 'APPROVED'],
    ['0002', 'DECLINED'],
    ['9995', 'DECLINED'],
    ['0341', 'APPROVED'],
  ])('decides about the mock card %s as %s, whatever its rate', async (last4, decision) => {
    for (const failureRate of [0, 1]) {
      const { bank, written } = bankWith({ failureRate });
      const card = `tok_visa_${last4}_0123456789abcdef`;
      await bank.charge({ ...request, card }).catch(() => undefined);
      expect(written).toEqual([decision]);
    }
  });

  it('loses the first answer about the mock card 0341, and gives it when asked again', async () => {
    const { bank, written } = bankWith({});
    const charge = { ...request, card: 'tok_visa_0341_0123456789abcdef' };
    await expect(bank.charge(charge)).rejects.toMatchObject(UNAVAILABLE);
    expect(written).toEqual(['APPROVED']);
    expect(await bank.charge(charge)).toMatchObject({ kind: 'approved' });
  });

  it('declines by its softDeclineRate for the moment, and has decided nothing then', async () => {
    const { bank, written } = bankWith({ softDeclineRate: 1 });
    expect(await bank.charge(request)).toEqual({
      kind: 'soft-declined',
      reason: 'try_again_later',
    });
    expect(written).toEqual([]);
  });

  it('does not decline for the moment what it has decided', async () => {
    const { bank } = bankWith({ softDeclineRate: 1 }, true);
    expect(await bank.charge(request)).toMatchObject({ kind: 'approved' });
  });

  it('that errs has done nothing', async () => {
    const { bank, written } = bankWith({ errorRate: 1 });
    await expect(bank.charge(request)).rejects.toMatchObject(UNAVAILABLE);
    await expect(bank.cancel('k')).rejects.toMatchObject(UNAVAILABLE);
    expect(written).toEqual([]);
  });

  it('whose answer is lost has done what it was asked, and is waited for', async () => {
    const { bank, written } = bankWith({ lostAnswerRate: 1, answerTimeoutMs: 30 });
    const askedAt = performance.now();
    await expect(bank.charge(request)).rejects.toMatchObject(UNAVAILABLE);
    expect(performance.now() - askedAt).toBeGreaterThanOrEqual(29);
    await expect(bank.cancel('k')).rejects.toMatchObject(UNAVAILABLE);
    expect(written).toEqual(['APPROVED', 'CANCELLED']);
  });

  it.each([
    ['errorRate', { errorRate: 0.3 }],
    ['lostAnswerRate', { lostAnswerRate: 0.3 }],
  ])('strikes by its %s and no more often', async (_rate, terms) => {
    const fate = (dice: number) =>
      bankWith({ ...terms, random: () => dice })
        .bank.cancel('k')
        .catch((error: { code: string }) => error.code);
    expect(await fate(0.29)).toBe('PROVIDER_UNAVAILABLE');
    expect(await fate(0.3)).toBe('refunded');
  });
});
