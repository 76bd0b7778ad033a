import { SAGA_DATABASES, type SystemDatabases } from '@backstitch/tools';

/** Changed rows of a table after which it is vacuumed and analyzed. */
const ROWS = 10_000;
const SETTINGS = ['vacuum', 'vacuum_insert', 'analyze'].flatMap((what) => [
  `autovacuum_${what}_scale_factor = 0`,
  `autovacuum_${what}_threshold = ${ROWS}`,
]);

/**
 * Lets autovacuum come after the same number of changes, however many rows there are: by its usual
 * shares of a table it would leave a large one alone while a small one is being cleaned all the time.
 */
export async function levelAutovacuum(databases: SystemDatabases): Promise<void> {
  for (const name of SAGA_DATABASES) await databases.rows(name, LEVEL);
}

const LEVEL = `DO $$ DECLARE one regclass;
  BEGIN
    FOR one IN SELECT pg_class.oid FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
      WHERE relkind = 'r' AND nspname NOT IN ('information_schema', 'pg_catalog')
    LOOP
      EXECUTE format('ALTER TABLE %s SET (${SETTINGS.join(', ')})', one);
    END LOOP;
  END $$`;
