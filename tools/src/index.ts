export { Cleanup } from './servers/cleanup.js';
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
export {
  PostgresPair,
  startPostgresPair,
  type PostgresPairOptions,
} from './servers/postgres-pair.js';
export {
  RabbitCluster,
  startRabbitCluster,
  type RabbitClusterOptions,
} from './servers/rabbit-cluster.js';
