import { type Caller, CALLER_HEADER, encodeCaller, userId } from '@backstitch/auth';
import { createApp, internalRequests } from '@backstitch/service-kit';
import { AppModule } from '../app.module.js';
import { OrderConfig } from '../config.js';
import { ordersDatabase, silent } from './orders-database.js';

const ISSUER = 'https://issuer.example';

export interface Answer {
  status: number;
  body: Record<string, unknown>;
}

interface Sent {
  caller?: Caller | undefined;
  body?: unknown;
}

export function customer(subject: string, roles: Caller['roles'] = ['customer']): Caller {
  const id = userId(ISSUER, subject);
  return { id, kind: 'user', issuer: ISSUER, subject, roles, scopes: [] };
}

/** The service's HTTP routes on two ports, as two replicas, over a database of their own. */
export async function cartsApp() {
  const server = await ordersDatabase();
  const replica = async () => {
    const parts = { database: server.open(), currency: 'USD', logger: silent };
    const config = new OrderConfig();
    const app = await createApp({
      name: 'test',
      module: AppModule.of(parts),
      config,
      logger: silent,
      internal: internalRequests('order-service', config),
    });
    await app.listen(0, '127.0.0.1');
    return { app, url: await app.getUrl() };
  };
  const replicas = await Promise.all([replica(), replica()]);
  let turn = 0;
  return {
    server,
    async send(method: string, path: string, { caller, body }: Sent = {}): Promise<Answer> {
      turn += 1;
      const response = await fetch(replicas[turn % replicas.length]!.url + path, {
        method,
        headers: {
          ...(caller && { [CALLER_HEADER]: encodeCaller(caller) }),
          ...(body !== undefined && { 'content-type': 'application/json' }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      const read = (text === '' ? {} : JSON.parse(text)) as Answer['body'];
      return { status: response.status, body: read };
    },
    async close() {
      for (const { app } of replicas) await app.close();
      await server.drop();
    },
  };
}

export type CartsApp = Awaited<ReturnType<typeof cartsApp>>;
