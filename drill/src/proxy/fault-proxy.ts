import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { freePort } from '@backstitch/tools';
import { Lane, type Weather } from './lane.js';

export interface Address {
  port: number;
  /** Default 127.0.0.1. */
  host?: string;
}

interface Link {
  client: Socket;
  target: Socket;
  lanes: readonly Lane[];
}

/** A stretch of network on the loopback that can be cut, silenced, slowed, closed and re-pointed. */
export class FaultProxy {
  private readonly links = new Set<Link>();
  private readonly weather: Weather = { stalled: false, delayMs: 0 };
  private refusing = false;

  private constructor(
    private readonly server: Server,
    /** Where clients connect, on 127.0.0.1. */
    readonly port: number,
    private target: Address,
  ) {
    server.on('connection', (client) => this.link(client));
  }

  /** Listens on a free port; whoever connects there is connected to the target. */
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
    return this.links.size;
  }

  /** Bytes wait this long from now on, in each direction; 0 is none. */
  delay(ms: number): void {
    this.weather.delayMs = ms;
  }

  /** Resets every connection, at both ends, and says how many. New ones are let in at once. */
  cut(): number {
    const { size } = this.links;
    for (const link of this.links) reset(link);
    return size;
  }

  /** No byte passes any more, in either direction; connections stay open, and new ones are let in. */
  stall(): void {
    this.weather.stalled = true;
    for (const { lanes } of this.links) for (const lane of lanes) lane.weatherChanged();
  }

  /** Ends a stall: what was held back arrives, in its order. */
  flow(): void {
    this.weather.stalled = false;
    for (const { lanes } of this.links) for (const lane of lanes) lane.weatherChanged();
  }

  /** Resets who connects from now on; open connections stay. */
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

  private link(client: Socket): void {
    if (this.refusing) {
      client.on('error', () => undefined);
      client.resetAndDestroy();
      return;
    }
    const { port, host = '127.0.0.1' } = this.target;
    const target = connect({ port, host, allowHalfOpen: true, noDelay: true });
    const lanes = [
      new Lane(client, target, this.weather),
      new Lane(target, client, this.weather),
    ] as const;
    const link: Link = { client, target, lanes };
    this.links.add(link);
    for (const end of [client, target]) {
      end.on('error', () => reset(link));
      end.on('close', () => {
        if (client.destroyed && target.destroyed) this.links.delete(link);
      });
    }
  }
}

function reset({ client, target }: Link): void {
  for (const end of [client, target]) if (!end.destroyed) end.resetAndDestroy();
}
