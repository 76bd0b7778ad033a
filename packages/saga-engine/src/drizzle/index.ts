export { sagaTables, type SagaTables } from './tables.js';
