export { freePort, freePortBlock, freePorts, isPortFree } from './servers/ports.js';
export {
  PrivatePostgres,
  startPrivatePostgres,
  type PrivatePostgresOptions,
} from './servers/private-postgres.js';
export {
  PrivateRabbit,
  startPrivateRabbit,
  type PrivateRabbitOptions,
} from './servers/private-rabbit.js';
