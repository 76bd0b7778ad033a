import { waitFor } from '@backstitch/testkit';
import type { System } from './system.js';

export interface StoredDeadLetter {
  bytes: Buffer;
  reason: string | null;
  pattern: string | null;
}

const TAKE = `
DELETE FROM dead_letters WHERE id = (
  SELECT id FROM dead_letters WHERE queue = $1 AND state = 'open' ORDER BY seq LIMIT 1)
RETURNING bytes, reason, pattern`;

/** Takes the oldest dead letter of a command queue out of its table, waiting for it to arrive. */
export function takeDeadLetter(system: System, queue: string): Promise<StoredDeadLetter> {
  return waitFor(`a dead letter of ${queue}`, async () => {
    const [taken] = await system.rows<StoredDeadLetter>('orchestrator', TAKE, [queue]);
    return taken;
  });
}
