export * from './app-process.js';
export { type LocalIssuer, startIssuer, type TokenParts } from './local-issuer.js';
export * from './queue-client.js';
export * from './raw-http.js';
export { type QueueServer, servedQueue, type ServedQueue } from './served-queue.js';
export * from './servers.js';
export * from './test-database.js';
export * from './test-vhost.js';
export { waitFor, type WaitOptions } from '@backstitch/launcher';
