import type { EngineCount, EngineCounters } from '@backstitch/saga-engine';

/** The engine's counts under the names that /metrics shows; a new one does not compile unnamed. */
const NAMES: Record<EngineCount, string> = {
  started: 'started',
  replied: 'replied',
  ignored: 'replies_ignored',
  retried: 'retried',
  unsent: 'unsent',
  'guard-failed': 'guard_failed',
  'outcome-unknown': 'commit_unknown',
  'taken-over': 'taken_over',
  'found-again': 'found_again',
  dropped: 'dropped',
  attention: 'need_attention',
  done: 'done',
  undone: 'undone',
};

export interface SagaCounts extends EngineCounters {
  /** Plain numbers that only grow. */
  readonly numbers: Readonly<Record<string, number>>;
}

export function sagaCounts(): SagaCounts {
  const numbers: Record<string, number> = {};
  for (const name of Object.values(NAMES)) numbers[name] = 0;
  return { numbers, count: (event) => void (numbers[NAMES[event]]! += 1) };
}
