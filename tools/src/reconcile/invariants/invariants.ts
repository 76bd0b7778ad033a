import { answerBreaches } from './answer-invariants.js';
import { bankProblem } from './bank-invariant.js';
import { each, type Breach } from './breach.js';
import { outcomeBreaches } from './outcome-invariants.js';
import { stageBreaches } from './stage-invariants.js';
import type { Reading } from '../reading/rows.js';
import { unfinishedProblem } from './unfinished-invariant.js';

/** Every breach of the invariants that are about single orders, of all that a reading shows. */
export function breachesOf(reading: Reading): Breach[] {
  return [
    ...outcomeBreaches(reading),
    ...answerBreaches(reading),
    ...stageBreaches(reading),
    ...each(
      4,
      reading.moving,
      ({ sagaId }) => sagaId,
      (saga) => unfinishedProblem(saga, reading.definitions.stepsOf(saga)),
    ),
    ...moneyBreaches(reading),
  ];
}

/** Payments of sagas on their way may be ahead of, or behind, the bank. */
function moneyBreaches({ moving, payments }: Reading): Breach[] {
  const onTheirWay = new Set(moving.map(({ orderId }) => orderId));
  const judged = payments.filter(({ orderId, settled }) => settled && !onTheirWay.has(orderId));
  return each(6, judged, ({ orderId }) => orderId, bankProblem);
}
