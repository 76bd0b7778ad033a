import type { SagaTableNames } from '@backstitch/saga-engine/postgres';

/** Not in the schema: the app would then read the 105 modules of Drizzle at each start. */
export const SAGA_TABLES: SagaTableNames = { subjectColumn: 'order_id' };
