import type { Saga } from '../orders/order-story.js';

/** Answers of /api/operations, whose members the OpenAPI document does not list. */

/** A saga with what is for operators. */
export interface OperatedSaga extends Omit<Saga, 'log'> {
  attempt: number | null;
  lastError: { code: string; message: string } | null;
  requestId: string | null;
}

export interface OperatedSagaLog {
  step: string;
  status: 'STARTED' | 'COMPLETED' | 'FAILED';
  data: unknown;
  createdAt: string;
}

export interface SagaList {
  sagas: OperatedSaga[];
  more: number;
  next: string | null;
}

export interface DeadLetter {
  id: string;
  queue: string;
  state: 'open' | 'replaying';
  class: string;
  why: string;
  replay: 'legal' | 'once repaired' | 'refused';
  discard: 'legal' | 'refused';
  reason: string | null;
  detail: string | null;
  diedAt: string | null;
  firstSeenAt: string;
  replayed: number;
  pattern: string | null;
  orderId: string | null;
  sagaId: string | null;
  bytes: number;
}

export interface WholeDeadLetter extends DeadLetter {
  body: string;
  encoding: 'utf8' | 'base64';
  properties: object;
}

export interface DeadLetterList {
  deadLetters: DeadLetter[];
  next: string | null;
}

export interface DeadLetterGroup {
  queue: string;
  pattern: string | null;
  reason: string | null;
  class: string;
  count: number;
}

export interface ChaosKnob {
  id: string;
  service: string;
  unit: 'rate' | 'ms';
  min: number;
  max: number;
  effect: string;
  value: number | null;
  configured: number;
  until: string | null;
  setBy: string | null;
  reason: string | null;
  applied: { instanceId: string; value: number }[];
  observed: { value: number | null; samples: number };
}

export interface ChaosView {
  knobs: ChaosKnob[];
  silent: { url: string; why: string }[];
}
