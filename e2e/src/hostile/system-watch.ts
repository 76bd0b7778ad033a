import { type AppName, SAGA_DATABASES } from '@backstitch/tools';
import type { System } from '../system.js';

/** Tables that change while nothing is asked: heartbeats, events that are being published, and counts. */
const MOVING = ['saga_owners', 'order_outbox', 'saga_minutes'];

/** Rows of every table of the databases of sagas but the moving ones, and the stock on the shelves. */
export async function rowCounts(system: System): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const database of SAGA_DATABASES) {
    const tables = await system.rows<{ name: string }>(
      database,
      `SELECT tablename AS name FROM pg_tables
       WHERE schemaname = 'public' AND tablename <> ALL ($1) ORDER BY 1`,
      [MOVING],
    );
    for (const { name } of tables) {
      const sql = `SELECT count(*)::int AS rows FROM "${name}"`;
      const [counted] = await system.rows<{ rows: number }>(database, sql);
      counts[`${database}.${name}`] = counted!.rows;
    }
  }
  const sql = 'SELECT sum(stock_quantity)::int AS stock FROM products';
  const [{ stock } = { stock: 0 }] = await system.rows<{ stock: number }>('inventory', sql);
  return { ...counts, stock };
}

const RSS_BYTES_MAX = 600_000_000;

/** What is wrong with an app after whatever was done to it; nothing is. */
export async function complaints(system: System): Promise<string[]> {
  const found: string[] = [];
  for (const app of Object.keys(system.apps) as AppName[]) {
    const process = system.apps[app];
    if (!process.running) {
      found.push(`${app} ended with ${await process.ended}`);
      continue;
    }
    const metrics = await system.metrics(app);
    const rss = Number(/^process_resident_memory_bytes\{.*\} (.*)$/m.exec(metrics)?.[1]);
    if (!(rss < RSS_BYTES_MAX)) found.push(`${app} takes ${rss} bytes`);
    for (const line of process.lines) {
      const { level, msg } = readLine(line);
      const isBad = level === undefined || level === 'error' || level === 'fatal';
      if (isBad) found.push(`${app} said: ${msg ?? line}`);
    }
  }
  return found;
}

/** A line that is no JSON was forged, or is a crash. */
function readLine(line: string): { level?: string; msg?: string } {
  try {
    return JSON.parse(line) as { level?: string; msg?: string };
  } catch {
    return {};
  }
}
