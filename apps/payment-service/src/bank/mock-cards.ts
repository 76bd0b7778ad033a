import { cardOfToken } from '@backstitch/shared-types';

/** How the simulated bank treats a card; by default it decides as for any charge. */
export interface CardBehaviour {
  /** The bank always says so. */
  decision?: 'APPROVED' | 'DECLINED';
  declineCode?: string;
  /** The first answer about a charge to this card never comes. */
  losesFirstAnswer?: true;
  isSlow?: true;
}

const BEHAVIOURS: Readonly<Record<string, CardBehaviour>> = {
  '4242': { decision: 'APPROVED' },
  '0002': { decision: 'DECLINED', declineCode: 'card_declined' },
  '9995': { decision: 'DECLINED', declineCode: 'insufficient_funds' },
  '0341': { decision: 'APPROVED', losesFirstAnswer: true },
  '0077': { decision: 'APPROVED', isSlow: true },
};

/** By the last four digits, so that a test or a demo chooses what happens. Pure. */
export function behaviourOf(token: string | undefined): CardBehaviour {
  const card = token === undefined ? undefined : cardOfToken(token);
  return (card && BEHAVIOURS[card.last4]) ?? {};
}

/** What the simulated bank takes for a charge: 2.9 % and 0.30. */
export function feeOf(amountMinor: number, digits: number): number {
  return Math.round((amountMinor * 29) / 1000) + Math.round(0.3 * 10 ** digits);
}
