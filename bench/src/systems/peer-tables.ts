import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PEERS } from '../servers/bench-folder.js';
import { DATABASES, type SystemDatabases } from '../servers/databases.js';

/** The tables that every peer works on, with a catalogue of so many products. */
export async function makePeerTables(databases: SystemDatabases, products: number): Promise<void> {
  const schema = readFileSync(join(PEERS, 'textbook', 'schema.sql'), 'utf8').replace(
    'generate_series(1, 1000)',
    `generate_series(1, ${products})`,
  );
  for (const name of DATABASES) await databases.query(name, schema);
}
