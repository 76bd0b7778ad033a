type Method = 'GET' | 'PUT' | 'POST' | 'DELETE';

/** A node as the management API of one node shows it. */
export interface ClusterNode {
  name: string;
  running: boolean;
  os_pid?: string;
  mem_alarm?: boolean;
  disk_free_alarm?: boolean;
  partitions?: readonly string[];
}

export interface QueueDepth {
  name: string;
  /** Waiting to be delivered, and delivered but not acknowledged. */
  messages: number;
  unacknowledged: number;
}

const ANSWER_WITHIN_MS = 10_000;

/** RabbitMQ's management API, with the credentials of the broker's address. Paths are below /api. */
export class ManagementClient {
  private readonly user: string;
  private readonly authorization: string;

  constructor(
    readonly url: string,
    amqpUrl: string,
    private readonly timeoutMs = ANSWER_WITHIN_MS,
  ) {
    const { username, password } = new URL(amqpUrl);
    this.user = decodeURIComponent(username);
    this.authorization = `Basic ${btoa(`${this.user}:${decodeURIComponent(password)}`)}`;
  }

  /** Resolves to the JSON of the answer, undefined when it is empty; rejects when it is an error. */
  async ask<Answer>(method: Method, path: string, body?: unknown): Promise<Answer> {
    const response = await fetch(new URL(`/api${path}`, this.url), {
      method,
      headers: { authorization: this.authorization, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(this.timeoutMs),
    });
    const text = await response.text();
    if (!response.ok) {
      throw new Error(
        `RabbitMQ's management API: ${response.status} to ${method} ${path}: ${text}`,
      );
    }
    return (text === '' ? undefined : JSON.parse(text)) as Answer;
  }

  overview(): Promise<{ rabbitmq_version: string; erlang_version: string }> {
    return this.ask('GET', '/overview');
  }

  nodes(): Promise<ClusterNode[]> {
    return this.ask('GET', '/nodes');
  }

  /** As they were counted last, a moment ago. */
  async queues(vhost = '/'): Promise<QueueDepth[]> {
    type Row = { name: string; messages?: number; messages_unacknowledged?: number };
    const rows = await this.ask<Row[]>('GET', `/queues/${encodeURIComponent(vhost)}`);
    return rows.map(({ name, messages = 0, messages_unacknowledged: unacknowledged = 0 }) => ({
      name,
      messages,
      unacknowledged,
    }));
  }

  /** An empty virtual host of this name, where its user may do everything. */
  async makeVhost(name: string): Promise<void> {
    await this.ask('PUT', `/vhosts/${name}`);
    const everything = { configure: '.*', write: '.*', read: '.*' };
    await this.ask('PUT', `/permissions/${name}/${encodeURIComponent(this.user)}`, everything);
  }

  /** Removes a virtual host with all that is in it; it need not exist. */
  async dropVhost(name: string): Promise<void> {
    const known = await this.ask<{ name: string }[]>('GET', '/vhosts');
    if (known.some((vhost) => vhost.name === name)) await this.ask('DELETE', `/vhosts/${name}`);
  }
}

/** The address of a virtual host on the broker of this address. */
export function vhostUrl(amqpUrl: string, vhost: string): string {
  const url = new URL(amqpUrl);
  url.pathname = `/${vhost}`;
  return url.toString();
}
