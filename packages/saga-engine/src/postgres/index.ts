export { DatabaseClock, DatabaseTimeUnknown } from './clock.js';
export { insertSagas, type Queryable } from './insert.js';
export { PostgresSagaStore, type PostgresSagaStoreOptions } from './store.js';
export { sagaTables, type SagaTables } from './tables.js';
