import type { PrivatePostgres, PrivateRabbit } from '@backstitch/tools';

/** A server that can be ended in every way and comes back on the same address with its data. */
export type BrokerServer = Pick<
  PrivateRabbit,
  | 'url'
  | 'management'
  | 'managementUrl'
  | 'amqpPort'
  | 'dataDir'
  | 'origin'
  | 'pid'
  | 'start'
  | 'stop'
  | 'kill'
>;
export type DatabaseServer = Pick<
  PrivatePostgres,
  'url' | 'port' | 'dataDir' | 'origin' | 'pid' | 'start' | 'stop' | 'kill'
>;
