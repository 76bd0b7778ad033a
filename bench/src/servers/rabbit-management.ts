/** The few questions to RabbitMQ's management API that a benchmark has. */
export class RabbitManagement {
  private readonly user: string;
  private readonly authorization: string;

  constructor(
    private readonly managementUrl: string,
    amqpUrl: string,
  ) {
    const { username, password } = new URL(amqpUrl);
    this.user = decodeURIComponent(username);
    this.authorization = `Basic ${btoa(`${this.user}:${decodeURIComponent(password)}`)}`;
  }

  async overview(): Promise<{ rabbitmq_version: string; erlang_version: string }> {
    return (await this.ask('GET', '/api/overview')).json() as never;
  }

  /** The system's process id of each node of the cluster. */
  async pids(): Promise<number[]> {
    const nodes = (await (await this.ask('GET', '/api/nodes')).json()) as { os_pid: string }[];
    return nodes.map(({ os_pid }) => Number(os_pid));
  }

  /** An empty virtual host of this name, whatever was in it before. */
  async recreateVhost(name: string): Promise<void> {
    await this.dropVhost(name);
    await this.ask('PUT', `/api/vhosts/${name}`);
    const everything = { configure: '.*', write: '.*', read: '.*' };
    await this.ask('PUT', `/api/permissions/${name}/${encodeURIComponent(this.user)}`, everything);
  }

  async dropVhost(name: string): Promise<void> {
    await this.ask('DELETE', `/api/vhosts/${name}`, undefined, [404]);
  }

  private async ask(method: string, path: string, body?: object, alsoFine: number[] = []) {
    const response = await fetch(new URL(path, this.managementUrl), {
      method,
      headers: { authorization: this.authorization, 'content-type': 'application/json' },
      body: body && JSON.stringify(body),
    });
    if (!response.ok && !alsoFine.includes(response.status)) {
      throw new Error(`RabbitMQ's management API answers ${response.status} to ${method} ${path}`);
    }
    return response;
  }
}

/** The address of a virtual host on the broker of this address. */
export function vhostUrl(amqpUrl: string, vhost: string): string {
  const url = new URL(amqpUrl);
  url.pathname = `/${vhost}`;
  return url.toString();
}
