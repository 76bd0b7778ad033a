import type { SagaTableNames } from '@backstitch/saga-engine/postgres';

/** Apart from the schema: the app runs without Drizzle, whose modules take a tenth of its start. */
export const SAGA_TABLES: SagaTableNames = { subjectColumn: 'order_id' };
