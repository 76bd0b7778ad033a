import type { Schemas } from '../app/api.js';
import type { BadgeTone } from '../parts/badge.js';

export type OrderSummary = Schemas['OrderSummaryAnswer'];
type Stage = OrderSummary['stage'];

/** How an order stands, in words for people. */
export const STAGES: Readonly<Record<Stage, readonly [words: string, tone: BadgeTone]>> = {
  PLACED: ['Placed', 'running'],
  AWAITING_SELLER: ['Waits for the seller', 'running'],
  AWAITING_PAYMENT: ['Waits for payment', 'retrying'],
  CONFIRMED: ['Confirmed', 'done'],
  PAID: ['Paid', 'done'],
  PREPARING: ['Being prepared', 'running'],
  READY: ['Ready', 'done'],
  FULFILLED: ['Handed over', 'done'],
  CANCELLING: ['Being cancelled', 'undo'],
  CANCELLED: ['Cancelled', 'undo'],
};

export const STATUS_CHOICES = [
  ['', 'All'],
  ['PENDING', 'Pending'],
  ['CONFIRMED', 'Confirmed'],
  ['CANCELLED', 'Cancelled'],
] as const;

export const STAGE_CHOICES: readonly (readonly [string, string])[] = [
  ['', 'Any'],
  ...Object.entries(STAGES).map(([stage, [words]]) => [stage, words] as const),
];
