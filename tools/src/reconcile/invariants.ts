import { answerBreaches } from './answer-invariants.js';
import { bankProblem } from './bank-invariant.js';
import type { Breach } from './breach.js';
import { outcomeBreaches } from './outcome-invariants.js';
import type { Reading } from './reading.js';
import { stockProblem } from './stock-invariant.js';
import { storyProblem } from './story-invariant.js';
import { unfinishedProblem } from './unfinished-invariant.js';

/** Every breach of the eight invariants that one reading shows, by invariant. */
export function breachesOf(reading: Reading): Breach[] {
  const { sagas, stock } = reading;
  const breaches = [
    ...each(1, stock.products, ({ productId }) => productId, stockProblem),
    ...outcomeBreaches(reading),
    ...answerBreaches(reading),
    ...each(4, sagas.moving, ({ sagaId }) => sagaId, unfinishedProblem),
    ...storyBreaches(reading),
    ...moneyBreaches(reading),
    ...sagas.keysWithoutSaga.map(({ key, sagaId }) => ({
      invariant: 7,
      id: sagaId,
      what: `the key ${key} names this saga, which does not exist`,
    })),
  ];
  return breaches.sort((one, other) => one.invariant - other.invariant);
}

function each<Row>(
  invariant: number,
  rows: readonly Row[],
  idOf: (row: Row) => string,
  problemOf: (row: Row) => string | undefined,
): Breach[] {
  return rows.flatMap((row) => {
    const what = problemOf(row);
    return what === undefined ? [] : [{ invariant, id: idOf(row), what }];
  });
}

/** A story that thousands of sagas share is checked once. */
function storyBreaches({ sagas }: Reading): Breach[] {
  return sagas.stories.flatMap((story) => {
    const problem = storyProblem(story);
    if (problem === undefined) return [];
    const more = story.count > story.sagaIds.length ? ` (as ${story.count} sagas in all)` : '';
    return story.sagaIds.map((id) => ({ invariant: 5, id, what: `${problem}${more}` }));
  });
}

/** Payments of sagas on their way may be ahead of, or behind, the bank. */
function moneyBreaches({ sagas, money }: Reading): Breach[] {
  const moving = new Set(sagas.moving.map(({ orderId }) => orderId));
  const judged = money.payments.filter(({ orderId, settled }) => settled && !moving.has(orderId));
  const stray = money.strayCharges.map(({ key, decision }) => ({
    invariant: 6,
    id: key,
    what: `the bank has ${decision} under this key, and no payment has the key`,
  }));
  return [...each(6, judged, ({ orderId }) => orderId, bankProblem), ...stray];
}
