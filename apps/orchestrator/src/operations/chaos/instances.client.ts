import { type ChaosApplied, chaosAppliedFrom, type ChaosPush } from '@backstitch/shared-types';
import { type InstanceReply, Instances } from '../instances/instances.client.js';

/** What an instance applies, or why it is not known. */
export type InstanceAnswer = { url: string; applied: ChaosApplied } | { url: string; why: string };

/** Less than the time between two pushes: a silent instance must not delay the others. */
const ANSWER_WITHIN_MS = 1_000;
const ANSWER_BYTES_MAX = 100_000;

/** The instances of the services that have chaos knobs. */
export class InstancesClient {
  private readonly instances: Instances;

  constructor(urls: readonly string[], token: string) {
    this.instances = new Instances(urls, token);
  }

  /** Resolves when each instance has answered, or did not in time. */
  async push(settings: ChaosPush): Promise<InstanceAnswer[]> {
    const replies = await this.instances.ask({
      method: 'PUT',
      path: '/chaos',
      body: JSON.stringify(settings),
      withinMs: ANSWER_WITHIN_MS,
      bytesMax: ANSWER_BYTES_MAX,
    });
    return replies.map(answerOf);
  }

  close(): void {
    this.instances.close();
  }
}

function answerOf(reply: InstanceReply): InstanceAnswer {
  const { url } = reply;
  if ('why' in reply) return { url, why: reply.why };
  const { status, text } = reply;
  if (status === 404) return { url, why: 'it has no chaos settings, or another OPS_TOKEN' };
  if (status !== 200) return { url, why: `it answered ${status}` };
  const applied = chaosAppliedFrom(jsonOf(text));
  return applied ? { url, applied } : { url, why: 'its answer cannot be read' };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
