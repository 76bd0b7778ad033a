import { runMigrations, type Database } from '@backstitch/database';
import { createLogger, openDatabase, type Logger } from '@backstitch/service-kit';
import { newUuid, type SagaTag } from '@backstitch/shared-types';
import { testDatabase } from '@backstitch/testkit';
import { fileURLToPath } from 'node:url';
import type { OrderWrite } from '../orders/orders.sql.js';

const migrations = fileURLToPath(new URL('../../migrations', import.meta.url));

export const silent: Logger = createLogger({ app: 'test', level: 'silent' });

export const MOUSE = '660facf7-b9cf-417a-8ee1-27afe2fb2c72';
export const LIMITED = 'dda60f33-8dfd-4da2-96c8-1a029d72725a';

/** An orders database of one's own; `open()` gives each caller a pool, as each replica has one. */
export async function ordersDatabase() {
  const server = await testDatabase({
    name: 'orders',
    migrations,
    migrate: (url) => runMigrations({ url, folder: migrations, print: () => undefined }),
  });
  const opened: Database[] = [];
  return {
    url: server.url,
    /** Locks are waited for as long as a test may hold them, unless it says otherwise. */
    open(poolMax = 5, lockTimeoutMs = 20_000): Database {
      const options = { url: server.url, name: 'orders test', logger: silent, keyLookups: true };
      const database = openDatabase({ ...options, poolMax, lockTimeoutMs });
      opened.push(database);
      return database;
    },
    async drop(): Promise<void> {
      await Promise.all(opened.map((database) => database.close()));
      await server.drop();
    },
  };
}

/** The write of an order of two lines, 49.98 in all. */
export function creation(orderId = newUuid(), sagaId?: string): OrderWrite {
  const items = [
    { productId: MOUSE, quantity: 1, price: '29.99' },
    { productId: LIMITED, quantity: 1, price: '19.99' },
  ];
  const order = { userId: 'user-123', totalAmount: '49.98', currency: 'USD', items };
  return { change: 'create', orderId, sagaId, caller: 'o:user-123', order };
}

export function sagaTag(sagaId: string, direction: 'do' | 'undo' = 'do'): SagaTag {
  return { sagaId, step: 'ORDER_CREATED', direction, attempt: 1, requestId: 'request-1' };
}
