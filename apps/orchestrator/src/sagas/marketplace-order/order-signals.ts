import { createHash } from 'node:crypto';
import type { Caller } from '@backstitch/auth';
import type { SagaInstance, Signalled } from '@backstitch/saga-engine';
import { Problem, retryAfterSeconds } from '@backstitch/service-kit';
import { type ActorRole, isOpenCallerId, newUuid } from '@backstitch/shared-types';
import { peopleOf } from './placed-order.js';
import { allowedFor, stageAt, stageOf } from './stages.js';

/**
 * The id of what a person asks for: the same for the same key of the same caller, else a new one. Of
 * two signals with one id, the second gets the answer of the first.
 */
export function signalIdOf(name: string, callerId: string, key: string | undefined): string {
  return key === undefined ? `${name}:${newUuid()}` : `${name}:${hashed(`${callerId}\n${key}`)}`;
}

/** A key as the messages carry it: short, and without blanks. */
export function hashed(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}

/**
 * Whether the caller is this person of the order. Without a caller, a request comes directly to the
 * orchestrator, which is served in development only. Pure.
 */
export function isPerson(
  role: 'customer' | 'seller',
  { input }: Pick<SagaInstance, 'input'>,
  caller: Caller | undefined,
): boolean {
  const people = peopleOf(input);
  if (!people) return false;
  if (!caller || caller.id === people[role]) return true;
  return role === 'customer' && caller.kind === 'open' && isOpenCallerId(people.customer);
}

/** What keeps a signal from being applied, as a problem; undefined for one that was applied. */
export function problemOf(signalled: Signalled, role: ActorRole): Problem | undefined {
  if (signalled.kind === 'refused') {
    const { at, awaited } = signalled;
    return conflict({ stage: stageAt(at), allowed: allowedFor(role, awaited) });
  }
  return UNDONE[signalled.kind]?.();
}

/** Without an entry, the signal was applied. */
const UNDONE: Readonly<Partial<Record<Signalled['kind'], () => Problem>>> = {
  absent: () => new Problem('ORDER_NOT_FOUND'),
  'other-signal': () =>
    new Problem('IDEMPOTENCY_KEY_REUSED', 'The key was used with another body.'),
  'too-many': () => new Problem('RATE_LIMITED', 'Too many requests for this order had no effect.'),
  'unknown-definition': notAccepted,
  moving: notAccepted,
};

function notAccepted(): Problem {
  return new Problem('NOT_ACCEPTED', undefined, {
    headers: { 'retry-after': retryAfterSeconds() },
  });
}

/** What is asked for does not fit the stage of the order. */
export function conflict(told: Pick<Conflict, 'stage' | 'allowed'>): Problem {
  const now = told.allowed.length === 0 ? 'nothing is' : `${told.allowed.join(', ')} is`;
  const detail = `The order is ${told.stage}: ${now} allowed now.`;
  return new Problem('ORDER_STATE_CONFLICT', detail, { extensions: { ...told } });
}

interface Conflict {
  stage: ReturnType<typeof stageOf>;
  allowed: ReturnType<typeof allowedFor>;
}
