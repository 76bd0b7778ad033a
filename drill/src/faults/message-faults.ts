import { Meddler } from '../meddler/meddler.js';
import { DROPPED, DUPLICATED, late, REORDERED, type Trick } from '../meddler/tricks.js';
import type { Site } from '../site/site.js';
import type { Fault } from './fault.js';
import { isCommandQueue, isReplyQueue } from './queue-names.js';
import { hurtFor } from './work.js';

const MEDDLES_FOR_MS = 7_000;
/** Longer than any reply may take, the bank's included (5 s). */
const LATE_BY_MS = 6_000;

function meddling(
  name: string,
  title: string,
  trick: Trick,
  isChosen: (queue: string) => boolean,
): Fault {
  return {
    name,
    title: `${title}, for ${MEDDLES_FOR_MS / 1_000} s`,
    seconds: 10 + trick.holdMs / 1_000,
    async inject(site: Site) {
      const queues = (await site.queues()).map((queue) => queue.name).filter(isChosen);
      const { random, stopping } = site;
      const meddler = await Meddler.start({
        url: site.broker.url,
        queues,
        trick,
        random,
        stopping,
      });
      await hurtFor(site, MEDDLES_FOR_MS);
      await meddler.stop();
      const { meddledWith } = meddler;
      return { what: `${meddledWith} messages ${name.split('-')[1]}`, inFlight: meddledWith };
    },
  };
}

const both = (queue: string): boolean => isCommandQueue(queue) || isReplyQueue(queue);

export const MESSAGE_FAULTS: readonly Fault[] = [
  meddling('messages-duplicated', 'half of all commands and replies five times', DUPLICATED, both),
  meddling('messages-reordered', 'half of all commands and replies shuffled', REORDERED, both),
  meddling(
    'messages-delayed',
    `half of all commands and replies later by ${LATE_BY_MS / 1_000} s`,
    late(LATE_BY_MS),
    both,
  ),
  meddling('replies-dropped', 'half of all replies dropped', DROPPED, isReplyQueue),
];
