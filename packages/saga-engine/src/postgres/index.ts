export { DatabaseClock, DatabaseTimeUnknown } from './clock.js';
export { createSagaTables, type SqlRunner } from './create-tables.js';
export { insertSagas, type Queryable } from './insert.js';
export { PostgresSagaStore, type PostgresSagaStoreOptions } from './store.js';
export type { SagaTableNames } from './table-names.js';
export { signalSaga, type SignalSender } from './signal-sagas.js';
