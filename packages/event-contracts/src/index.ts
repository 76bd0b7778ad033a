export { type Checked, EventContracts } from './contracts.js';
export * from './order-events.js';
