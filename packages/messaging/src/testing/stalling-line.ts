import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

export interface StallingLine {
  url: string;
  /** The broker still receives data of the client, but the client receives nothing. */
  stall(): void;
  goOn(): void;
  close(): Promise<void>;
}

/** A TCP proxy to the broker that can stop forwarding without closing. */
export async function stallingLine(brokerUrl: string): Promise<StallingLine> {
  const target = new URL(brokerUrl);
  const towardsClient: Socket[] = [];
  const line = createServer((client) => {
    const broker = connect(Number(target.port), target.hostname);
    for (const [end, other] of [[client, broker] as const, [broker, client] as const]) {
      end.on('error', () => other.destroy());
      end.on('close', () => other.destroy());
    }
    client.pipe(broker);
    broker.pipe(client);
    towardsClient.push(broker);
  });
  const url = new URL(brokerUrl);
  url.hostname = '127.0.0.1';
  url.port = String(await listen(line));
  return {
    url: url.toString(),
    stall: () => towardsClient.forEach((broker) => broker.pause()),
    goOn: () => towardsClient.forEach((broker) => broker.resume()),
    async close() {
      towardsClient.forEach((broker) => broker.destroy());
      line.close();
      await once(line, 'close');
    },
  };
}

/** Listens on a port below the range of outgoing connections. */
async function listen(server: Server): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 12_000);
    server.listen(port, '127.0.0.1');
    try {
      await once(server, 'listening');
      return port;
    } catch (error) {
      if ((error as { code?: string }).code !== 'EADDRINUSE') throw error;
    }
  }
}
