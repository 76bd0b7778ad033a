import { MessageFaultInjector } from '../messages/message-fault-injector.js';
import {
  DROPPED,
  DUPLICATED,
  late,
  REORDERED,
  type MessageFault,
} from '../messages/message-fault.js';
import type { Site } from '../site/site.js';
import type { Fault } from './fault.js';
import { isCommandQueue, isReplyQueue } from './queue-names.js';
import { hurtFor } from './work.js';

const FAULTY_FOR_MS = 7_000;
/** Longer than any reply may take, the bank's included (5 s). */
const LATE_BY_MS = 6_000;

function messageFault(
  name: string,
  title: string,
  fault: MessageFault,
  isChosen: (queue: string) => boolean,
): Fault {
  return {
    name,
    title: `${title}, for ${FAULTY_FOR_MS / 1_000} s`,
    seconds: 10 + fault.holdMs / 1_000,
    async inject(site: Site) {
      const queues = (await site.queues()).map((queue) => queue.name).filter(isChosen);
      const { random, stopping } = site;
      const injector = await MessageFaultInjector.start({
        url: site.broker.url,
        queues,
        fault,
        random,
        stopping,
      });
      await hurtFor(site, FAULTY_FOR_MS);
      await injector.stop();
      const { injected } = injector;
      return { what: `${injected} messages ${name.split('-')[1]}`, inFlight: injected };
    },
  };
}

const both = (queue: string): boolean => isCommandQueue(queue) || isReplyQueue(queue);

export const MESSAGE_FAULTS: readonly Fault[] = [
  messageFault(
    'messages-duplicated',
    'half of all commands and replies five times',
    DUPLICATED,
    both,
  ),
  messageFault('messages-reordered', 'half of all commands and replies shuffled', REORDERED, both),
  messageFault(
    'messages-delayed',
    `half of all commands and replies later by ${LATE_BY_MS / 1_000} s`,
    late(LATE_BY_MS),
    both,
  ),
  messageFault('replies-dropped', 'half of all replies dropped', DROPPED, isReplyQueue),
];
