import { INVARIANTS, type Breach } from './invariants/breach.js';
import type { Reconciliation } from './reconcile.js';

const SHOWN_MAX = 20;

/** The reconciliation as a table for people. */
export function report(found: Reconciliation): string {
  const { breaches, judged, moving, stoppedEarly, kept } = found;
  const lines = Object.entries(INVARIANTS).flatMap(([number, sentence]) => {
    const found = breaches.filter(({ invariant }) => invariant === Number(number));
    const verdict = found.length === 0 ? 'ok    ' : 'BREACH';
    return [
      `${verdict} ${number.padEnd(2)} ${sentence}`,
      ...found.slice(0, SHOWN_MAX).map(line),
      ...rest(found),
    ];
  });
  const affected = new Set(breaches.map(({ id }) => id)).size;
  const verdict = breaches.length === 0 ? 'the records agree' : `breaches at ${affected} ids`;
  const counted = `${judged} finished sagas checked, ${moving} running or just finished`;
  const stopped = stoppedEarly ? '; too many breaches: the rest was not read' : '';
  const days = `sagas are kept for ${kept.sagas} days and reservations for ${kept.holds}: younger ones must exist`;
  return [...lines, '', days, `${counted}: ${verdict}${stopped}`].join('\n');
}

function line({ id, what }: Breach): string {
  return `          ${id}  ${what}`;
}

function rest(found: readonly Breach[]): string[] {
  return found.length > SHOWN_MAX ? [`          and ${found.length - SHOWN_MAX} more`] : [];
}
