import { lookup } from 'node:dns/promises';
import { Agent, type IncomingMessage, request } from 'node:http';
import { isIPv6 } from 'node:net';

/** What all instances are asked. */
export interface InstanceRequest {
  readonly method: 'GET' | 'PUT';
  readonly path: string;
  readonly body?: string;
  /** An instance that takes longer is silent. */
  readonly withinMs: number;
  readonly bytesMax: number;
}

/** The answer of one instance, or why there is none. */
export type InstanceReply =
  | { readonly url: string; readonly status: number; readonly text: string }
  | { readonly url: string; readonly why: string };

interface Instance {
  /** Its own address. */
  url: string;
  address: string;
  port: number;
  /** As the configuration names it: the instance answers to this host. */
  host: string;
}

/** The instances of apps, on their METRICS_PORT: every address of each name. */
export class Instances {
  private readonly agent = new Agent({ keepAlive: true });

  constructor(
    private readonly urls: readonly string[],
    /** Sent with each request. */
    private readonly token: string | undefined,
  ) {}

  /** Resolves when each instance has answered, or did not in time. It never rejects. */
  async ask(asked: InstanceRequest): Promise<InstanceReply[]> {
    const replies = this.urls.map(async (url): Promise<InstanceReply[]> => {
      try {
        const instances = await found(url, asked.withinMs);
        return await Promise.all(instances.map((instance) => this.askOne(instance, asked)));
      } catch (error) {
        return [{ url, why: reasonOf(error, asked.withinMs) }];
      }
    });
    return (await Promise.all(replies)).flat();
  }

  close(): void {
    this.agent.destroy();
  }

  private async askOne(instance: Instance, asked: InstanceRequest): Promise<InstanceReply> {
    const { url } = instance;
    try {
      return { url, ...(await this.exchange(instance, asked)) };
    } catch (error) {
      return { url, why: reasonOf(error, asked.withinMs) };
    }
  }

  private async exchange(
    { address, port, host }: Instance,
    { method, path, body, withinMs, bytesMax }: InstanceRequest,
  ): Promise<{ status: number; text: string }> {
    const headers = {
      host,
      ...(body !== undefined && {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
      }),
      ...(this.token !== undefined && { authorization: `Bearer ${this.token}` }),
    };
    const signal = AbortSignal.timeout(withinMs);
    const where = { host: address, port, method, path, agent: this.agent };
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const sent = request({ ...where, headers, signal }, resolve);
      sent.on('error', reject);
      sent.end(body);
    });
    return { status: response.statusCode ?? 0, text: await textOf(response, bytesMax) };
  }
}

async function found(url: string, withinMs: number): Promise<Instance[]> {
  const { hostname, port, host } = new URL(url);
  const name = hostname.replace(/^\[|\]$/g, '');
  const addresses = await inTime(lookup(name, { all: true }), withinMs, `no address of ${name}`);
  return addresses.map(({ address }) => {
    const at = isIPv6(address) ? `[${address}]` : address;
    return { url: `http://${at}:${port || 80}`, address, port: Number(port || 80), host };
  });
}

/** A resolver that hangs must not delay the answers of the others. */
async function inTime<Result>(work: Promise<Result>, ms: number, why: string): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${why} within ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

async function textOf(response: IncomingMessage, bytesMax: number): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response) {
    chunks.push(chunk as Buffer);
    bytes += (chunk as Buffer).length;
    if (bytes > bytesMax) throw new Error('its answer is too long');
  }
  return Buffer.concat(chunks).toString('utf8');
}

function reasonOf(error: unknown, withinMs: number): string {
  if (!(error instanceof Error)) return String(error);
  const isLate = error.name === 'AbortError' || error.name === 'TimeoutError';
  if (isLate) return `it did not answer within ${withinMs} ms`;
  return error.message || error.name;
}
