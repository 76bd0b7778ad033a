import { CALLER_HEADER, type Caller, encodeCaller, userId } from '@backstitch/auth';
import { createApp, createLogger, internalRequests, openDatabase } from '@backstitch/service-kit';
import { AppModule } from '../app.module.js';
import { InventoryConfig } from '../config.js';
import { stockFixture } from './stock-fixture.js';

interface Sent {
  seller?: Caller;
  body?: unknown;
}

export interface Answer {
  status: number;
  body: Record<string, unknown>;
  headers: Headers;
}

const ISSUER = 'https://issuer.example';

export const sellerOf = (name: string): Caller => ({
  id: userId(ISSUER, name),
  kind: 'user',
  issuer: ISSUER,
  subject: name,
  roles: ['seller'],
  scopes: [],
});

/** The service's HTTP routes on a port, over a database of its own. */
export async function catalogueApp() {
  const stock = await stockFixture();
  const logger = createLogger({ app: 'test', level: 'silent' });
  const database = openDatabase({ url: stock.url, name: 'catalogue', logger, poolMax: 4 });
  const { repository } = stock;
  const returns = stock.returns[0]!;
  const parts = { database, stock: repository, returns, currency: 'USD', ttlSeconds: 1800, logger };
  const config = new InventoryConfig();
  const app = await createApp({
    name: 'test',
    module: AppModule.of(parts),
    config,
    logger,
    internal: internalRequests('inventory-service', config),
  });
  await app.listen(0, '127.0.0.1');
  const url = await app.getUrl();
  return {
    stock,
    url,
    async send(method: string, path: string, { seller, body }: Sent = {}): Promise<Answer> {
      const caller = seller && encodeCaller(seller);
      const response = await fetch(url + path, {
        method,
        headers: {
          ...(caller && { [CALLER_HEADER]: caller }),
          ...(body !== undefined && { 'content-type': 'application/json' }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      const read = (text === '' ? {} : JSON.parse(text)) as Answer['body'];
      return { status: response.status, body: read, headers: response.headers };
    },
    async close() {
      await app.close();
      await database.close();
      await stock.close();
    },
  };
}

export type CatalogueApp = Awaited<ReturnType<typeof catalogueApp>>;
