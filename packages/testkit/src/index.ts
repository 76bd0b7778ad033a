export * from './app-process.js';
export * from './servers.js';
export * from './test-database.js';
export * from './test-vhost.js';
export * from './wait-for.js';
