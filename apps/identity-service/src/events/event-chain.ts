import { createHash } from 'node:crypto';

/** Something that happened to an account, a client or a key. It names nobody but by id. */
export interface IdentityEvent {
  /** Who did it: `u:<id>`, `m:<client_id>`, or what it was done by, such as `bootstrap`. */
  actor: string;
  action: string;
  /** To whom or what it was done: an id. */
  subject: string;
  outcome: 'done' | 'refused';
  network: string | null;
  requestId: string | null;
}

export interface ChainedEvent extends IdentityEvent {
  seq: number;
  atMs: number;
  previousHash: Buffer;
  hash: Buffer;
}

/** Before the first event. */
export const FIRST_HASH = Buffer.alloc(32);

/** The event behind another one: its hash covers all of it, and the hash of the one before. Pure. */
export function chained(
  event: IdentityEvent,
  { seq, atMs, previousHash }: Pick<ChainedEvent, 'seq' | 'atMs' | 'previousHash'>,
): ChainedEvent {
  const { actor, action, subject, outcome, network, requestId } = event;
  const fields = { actor, action, subject, outcome, network, requestId };
  const text = JSON.stringify([seq, atMs, ...Object.values(fields), previousHash.toString('hex')]);
  const hash = createHash('sha256').update(text).digest();
  return { ...fields, seq, atMs, previousHash, hash };
}

/** What is wrong with an event that follows `before`; undefined when nothing is. Pure. */
export function chainProblem(event: ChainedEvent, before: ChainedEvent | undefined) {
  const { seq, atMs } = event;
  const previousHash = before?.hash ?? FIRST_HASH;
  const expectedSeq = (before?.seq ?? 0) + 1;
  if (seq !== expectedSeq) return `event ${expectedSeq} is missing`;
  if (!event.previousHash.equals(previousHash))
    return `event ${seq} does not follow event ${seq - 1}`;
  const { hash } = chained(event, { seq, atMs, previousHash });
  return hash.equals(event.hash) ? undefined : `event ${seq} was altered`;
}
