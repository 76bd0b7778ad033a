import { createHash } from 'node:crypto';
import type { EventAction } from './event-actions.js';

/** What happened to an account, a client or a key. It names people by their ids only. */
export interface WhatHappened {
  /** Who did it: `u:<id>`, `m:<client_id>`, or what it was done by, such as `bootstrap`. */
  actor: string;
  action: EventAction | `${EventAction}: ${string}`;
  /** To whom or what it was done: an id. */
  subject: string;
  outcome: 'done' | 'refused';
}

/** The request by which it was done; nulls when there was none. */
export interface EventSource {
  network: string | null;
  requestId: string | null;
}

export type IdentityEvent = WhatHappened & EventSource;

export interface ChainedEvent extends IdentityEvent {
  seq: number;
  atMs: number;
  previousHash: Buffer;
  hash: Buffer;
}

/** An event that was the last one, and its hash in hex. */
export interface ChainHead {
  seq: number;
  hash: string;
}

/** Before the first event. */
export const FIRST_HASH = Buffer.alloc(32);
/** Done by this app, or on the command line. */
export const NO_REQUEST: EventSource = { network: null, requestId: null };

/** What the owner of an account does to it. Pure. */
export function byOwner(
  accountId: string,
  action: WhatHappened['action'],
  outcome: WhatHappened['outcome'] = 'done',
): WhatHappened {
  const owner = `u:${accountId}`;
  return { actor: owner, action, subject: owner, outcome };
}

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

/** What is wrong with an event that was the last one before; undefined for another event. Pure. */
export function headProblem({ seq, hash }: ChainedEvent, known: ChainHead | undefined) {
  if (known?.seq !== seq || known.hash === hash.toString('hex')) return undefined;
  return `event ${seq} was altered`;
}
