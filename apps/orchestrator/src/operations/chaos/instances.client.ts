import { lookup } from 'node:dns/promises';
import { Agent, type IncomingMessage, request } from 'node:http';
import { isIPv6 } from 'node:net';
import { type ChaosApplied, chaosAppliedFrom, type ChaosPush } from '@backstitch/shared-types';

/** What an instance applies, or why it is not known. */
export type InstanceAnswer = { url: string; applied: ChaosApplied } | { url: string; why: string };

interface Instance {
  /** Its own address. */
  url: string;
  address: string;
  port: number;
  /** As OPERATED_APPS names it: the instance answers to this host. */
  host: string;
}

/** Less than the time between two pushes: a silent instance must not delay the others. */
const ANSWER_WITHIN_MS = 1_000;
const ANSWER_BYTES_MAX = 100_000;

/** The instances of the services, on their METRICS_PORT: every address of each name. */
export class InstancesClient {
  private readonly agent = new Agent({ keepAlive: true });

  constructor(
    private readonly urls: readonly string[],
    private readonly token: string,
  ) {}

  /** Resolves when each instance has answered, or did not in time. */
  async push(settings: ChaosPush): Promise<InstanceAnswer[]> {
    const body = JSON.stringify(settings);
    const answers = this.urls.map(async (url) => {
      try {
        const instances = await instancesOf(url);
        return await Promise.all(instances.map((instance) => this.pushTo(instance, body)));
      } catch (error) {
        return [{ url, why: reasonOf(error) }];
      }
    });
    return (await Promise.all(answers)).flat();
  }

  close(): void {
    this.agent.destroy();
  }

  private async pushTo(instance: Instance, body: string): Promise<InstanceAnswer> {
    const { url } = instance;
    try {
      const { status, text } = await this.send(instance, body);
      if (status === 404) return { url, why: 'it has no chaos settings, or another OPS_TOKEN' };
      if (status !== 200) return { url, why: `it answered ${status}` };
      const applied = chaosAppliedFrom(JSON.parse(text));
      return applied ? { url, applied } : { url, why: 'its answer cannot be read' };
    } catch (error) {
      return { url, why: reasonOf(error) };
    }
  }

  private async send(
    { address, port, host }: Instance,
    body: string,
  ): Promise<{ status: number | undefined; text: string }> {
    const headers = {
      host,
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      authorization: `Bearer ${this.token}`,
    };
    const signal = AbortSignal.timeout(ANSWER_WITHIN_MS);
    const where = { host: address, port, method: 'PUT', path: '/chaos', agent: this.agent };
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const sent = request({ ...where, headers, signal }, resolve);
      sent.on('error', reject);
      sent.end(body);
    });
    return { status: response.statusCode, text: await textOf(response) };
  }
}

async function instancesOf(url: string): Promise<Instance[]> {
  const { hostname, port, host } = new URL(url);
  const name = hostname.replace(/^\[|\]$/g, '');
  const addresses = await lookup(name, { all: true });
  return addresses.map(({ address }) => {
    const at = isIPv6(address) ? `[${address}]` : address;
    return { url: `http://${at}:${port || 80}`, address, port: Number(port || 80), host };
  });
}

async function textOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response) {
    chunks.push(chunk as Buffer);
    bytes += (chunk as Buffer).length;
    if (bytes > ANSWER_BYTES_MAX) throw new Error('its answer is too long');
  }
  return Buffer.concat(chunks).toString('utf8');
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'AbortError') return `it did not answer within ${ANSWER_WITHIN_MS} ms`;
  return error.message || error.name;
}
