import { Problem } from '@backstitch/service-kit';
import type { Forwarded } from '../orchestrators/orchestrators.client.js';

const HEADERS = { 'retry-after': '1' };

/** The JSON of a read that the gateway needs for an answer of its own. Throws 503. */
export function jsonOf(forwarded: Forwarded): unknown {
  if (forwarded.kind !== 'answered') throw unavailable(forwarded.why);
  const { status, body } = forwarded.answer;
  const text = body.toString('utf8');
  if (status !== 200) throw unavailable(`${status} ${text.slice(0, 500)}`);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw unavailable(error);
  }
}

function unavailable(cause: unknown): Problem {
  return new Problem('UNAVAILABLE', undefined, { headers: HEADERS, cause });
}
