import type { Random } from '../site/random.js';

/** What a meddler does with the messages that it takes. Pure. */
export interface Trick {
  /** So many are gathered before it is played on them … */
  readonly gather: number;
  /** … unless no more come for so long. */
  readonly gatherMs: number;
  /** They are held back so long. */
  readonly holdMs: number;
  /** What is put back of them, in that order. */
  play<Message>(messages: readonly Message[], random: Random): readonly Message[];
}

const AT_ONCE = { gather: 1, gatherMs: 0, holdMs: 0 } as const;
const COPIES = 5;

/** Every message comes five times. */
export const DUPLICATED: Trick = {
  ...AT_ONCE,
  play: (messages) => messages.flatMap((message) => Array<typeof message>(COPIES).fill(message)),
};

/** A handful at a time is shuffled. */
export const REORDERED: Trick = {
  gather: 8,
  gatherMs: 400,
  holdMs: 0,
  play: (messages, random) => random.shuffle(messages),
};

/** Every message comes that much later. */
export function late(holdMs: number): Trick {
  return { ...AT_ONCE, holdMs, play: (messages) => messages };
}

/** No message comes. */
export const DROPPED: Trick = { ...AT_ONCE, play: () => [] };
