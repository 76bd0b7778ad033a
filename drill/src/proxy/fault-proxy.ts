import { once } from 'node:events';
import { connect as dial, createServer, type Server, type Socket } from 'node:net';
import { freePort } from '@backstitch/tools';
import { Link, type NetworkConditions } from './link.js';

export interface Address {
  port: number;
  /** Default 127.0.0.1. */
  host?: string;
}

interface Connection {
  client: Socket;
  target: Socket;
  links: readonly Link[];
}

/** A proxy on the loopback that can be cut, silenced, slowed, closed and re-pointed. */
export class FaultProxy {
  private readonly open = new Set<Connection>();
  private readonly conditions: NetworkConditions = { stalled: false, delayMs: 0 };
  private refusing = false;

  private constructor(
    private readonly server: Server,
    /** Where clients connect, on 127.0.0.1. */
    readonly port: number,
    private target: Address,
  ) {
    server.on('connection', (client) => this.connect(client));
  }

  /** Listens on a free port; a client that connects there is connected to the target. */
  static async start(target: Address): Promise<FaultProxy> {
    const server = createServer({ allowHalfOpen: true, noDelay: true });
    const port = await freePort();
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return new FaultProxy(server, port, target);
  }

  /** The URL of the target with the proxy in between. */
  through(url: string): string {
    const detour = new URL(url);
    detour.hostname = '127.0.0.1';
    detour.port = String(this.port);
    return detour.toString();
  }

  /** How many connections are open just now. */
  get connections(): number {
    return this.open.size;
  }

  /** Bytes wait this long from now on, in each direction; 0 is none. */
  delay(ms: number): void {
    this.conditions.delayMs = ms;
  }

  /** Resets every connection, at both ends, and says how many. New ones are let in at once. */
  cut(): number {
    const { size } = this.open;
    for (const connection of this.open) reset(connection);
    return size;
  }

  /** No byte passes any more, in either direction; connections stay open, and new ones are let in. */
  stall(): void {
    this.conditions.stalled = true;
    for (const { links } of this.open) for (const link of links) link.conditionsChanged();
  }

  /** Ends a stall: what was held back arrives, in its order. */
  flow(): void {
    this.conditions.stalled = false;
    for (const { links } of this.open) for (const link of links) link.conditionsChanged();
  }

  /** Resets new connections from now on; open ones stay. */
  refuse(): void {
    this.refusing = true;
  }

  admit(): void {
    this.refusing = false;
  }

  /** New connections lead there; for the open ones to follow, cut. */
  retarget(target: Address): void {
    this.target = target;
  }

  async close(): Promise<void> {
    const closed = once(this.server, 'close');
    this.refuse();
    this.server.close();
    this.cut();
    await closed;
  }

  private connect(client: Socket): void {
    if (this.refusing) {
      client.on('error', () => undefined);
      client.resetAndDestroy();
      return;
    }
    const { port, host = '127.0.0.1' } = this.target;
    const target = dial({ port, host, allowHalfOpen: true, noDelay: true });
    const links = [
      new Link(client, target, this.conditions),
      new Link(target, client, this.conditions),
    ] as const;
    const connection: Connection = { client, target, links };
    this.open.add(connection);
    for (const end of [client, target]) {
      end.on('error', () => reset(connection));
      end.on('close', () => {
        if (client.destroyed && target.destroyed) this.open.delete(connection);
      });
    }
  }
}

function reset({ client, target }: Connection): void {
  for (const end of [client, target]) if (!end.destroyed) end.resetAndDestroy();
}
