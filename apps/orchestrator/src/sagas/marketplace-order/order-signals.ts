import { createHash } from 'node:crypto';
import type { Caller } from '@backstitch/auth';
import type { SagaInstance, Signalled } from '@backstitch/saga-engine';
import { Problem } from '@backstitch/service-kit';
import { type ActorRole, newUuid } from '@backstitch/shared-types';
import { rolesOf } from '../acting-roles.js';
import { unsignalled } from '../unavailable.js';
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
 * As whom a caller acts on the order of a saga, of these roles; undefined when it has none of them.
 * Without a caller, a request comes directly to the orchestrator, which is served in development only:
 * it has all. Pure.
 */
export function personIn(
  roles: readonly ActorRole[],
  { input, createdAtMs }: Pick<SagaInstance, 'input' | 'createdAtMs'>,
  caller: Caller | undefined,
  nowMs: number,
): ActorRole | undefined {
  const people = peopleOf(input);
  if (!people) return undefined;
  if (!caller) return roles[0];
  const owned = { owner: people.customer, sellerId: people.seller, createdAtMs };
  const has = rolesOf(caller, owned, nowMs);
  return roles.find((role) => has.includes(role));
}

/**
 * What keeps a signal from being applied, as a problem; undefined for one that was applied. `skipped`
 * are the steps that its saga skipped.
 */
export function problemOf(
  signalled: Signalled,
  role: ActorRole,
  skipped: readonly string[] = [],
): Problem | undefined {
  if (signalled.kind !== 'refused') return unsignalled(signalled);
  const { at, awaited } = signalled;
  return conflict({ stage: stageAt(at, skipped), allowed: allowedFor(role, awaited) });
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
