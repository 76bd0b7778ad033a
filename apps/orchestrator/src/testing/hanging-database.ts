import { connect, createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';

/** A way to a database on which, while a test says so, nothing comes through: to users it hangs. */
export class HangingDatabase {
  private readonly sockets = new Set<Socket>();
  private isHanging = false;

  private constructor(
    readonly url: string,
    private readonly server: Server,
  ) {}

  static async before(databaseUrl: string): Promise<HangingDatabase> {
    const { hostname, port } = new URL(databaseUrl);
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const own = { hostname: '127.0.0.1', port: String((server.address() as AddressInfo).port) };
    const way = new HangingDatabase(Object.assign(new URL(databaseUrl), own).href, server);
    server.on('connection', (client) => {
      const database = connect(Number(port || 5432), hostname);
      for (const [from, to] of [
        [client, database],
        [database, client],
      ] as const) {
        way.sockets.add(from);
        from.on('data', (data) => to.write(data));
        from.on('error', () => to.destroy());
        from.on('close', () => {
          way.sockets.delete(from);
          to.destroy();
        });
        if (way.isHanging) from.pause();
      }
    });
    return way;
  }

  async whileHanging<Result>(work: () => Promise<Result>): Promise<Result> {
    this.isHanging = true;
    for (const socket of this.sockets) socket.pause();
    try {
      return await work();
    } finally {
      this.isHanging = false;
      for (const socket of this.sockets) socket.resume();
    }
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
