import type { Random } from '../site/random.js';

/** What the injector does with the messages that it takes. Pure. */
export interface MessageFault {
  /** So many are gathered before it is applied to them … */
  readonly gather: number;
  /** … unless no more come for so long. */
  readonly gatherMs: number;
  /** They are held back so long. */
  readonly holdMs: number;
  /** What is put back of them, in that order. */
  apply<Message>(messages: readonly Message[], random: Random): readonly Message[];
}

const AT_ONCE = { gather: 1, gatherMs: 0, holdMs: 0 } as const;
const COPIES = 5;

/** Every message comes five times. */
export const DUPLICATED: MessageFault = {
  ...AT_ONCE,
  apply: (messages) => messages.flatMap((message) => Array<typeof message>(COPIES).fill(message)),
};

/** A handful at a time is shuffled. */
export const REORDERED: MessageFault = {
  gather: 8,
  gatherMs: 400,
  holdMs: 0,
  apply: (messages, random) => random.shuffle(messages),
};

/** Every message comes that much later. */
export function late(holdMs: number): MessageFault {
  return { ...AT_ONCE, holdMs, apply: (messages) => messages };
}

/** No message comes. */
export const DROPPED: MessageFault = { ...AT_ONCE, apply: () => [] };
