import type { QueueDepth } from './site.js';

interface Overview {
  rabbitmq_version: string;
  erlang_version: string;
}

/** The few questions to RabbitMQ's management API that a drill has. */
export class Management {
  private readonly authorization: string;

  constructor(
    private readonly managementUrl: string,
    amqpUrl: string,
  ) {
    const { username, password } = new URL(amqpUrl);
    this.authorization = `Basic ${btoa(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`)}`;
  }

  async version(): Promise<string> {
    const { rabbitmq_version, erlang_version } = await this.ask<Overview>('GET', '/api/overview');
    return `${rabbitmq_version} on Erlang ${erlang_version}`;
  }

  async queues(): Promise<QueueDepth[]> {
    type Row = { name: string; messages?: number; messages_unacknowledged?: number };
    const rows = await this.ask<Row[]>('GET', '/api/queues/%2F');
    return rows.map(({ name, messages = 0, messages_unacknowledged: unacknowledged = 0 }) => ({
      name,
      messages,
      unacknowledged,
    }));
  }

  /** Puts a packet nobody waits for into a queue, as any other program might. */
  async publish(queue: string, packet: object): Promise<void> {
    await this.ask('POST', '/api/exchanges/%2F/amq.default/publish', {
      routing_key: queue,
      properties: { delivery_mode: 2, content_type: 'application/json' },
      payload: JSON.stringify(packet),
      payload_encoding: 'string',
    });
  }

  private async ask<Answer>(method: string, path: string, body?: object): Promise<Answer> {
    const response = await fetch(new URL(path, this.managementUrl), {
      method,
      headers: { authorization: this.authorization, 'content-type': 'application/json' },
      body: body && JSON.stringify(body),
      signal: AbortSignal.timeout(10_000),
    });
    if (!response.ok) {
      throw new Error(`RabbitMQ's management API answers ${response.status} to ${method} ${path}`);
    }
    return (await response.json()) as Answer;
  }
}
