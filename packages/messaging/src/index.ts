export { Broker, type BrokerOptions, type BrokerStatus } from './broker.js';
export { CommandClient, type CommandClientOptions } from './command-client.js';
export type { CommandServerOptions } from './command-server.js';
export {
  type DeadLetter,
  DeadLetterQueues,
  type DeadLetterQueuesOptions,
  type HeldDeadLetter,
} from './dead-letter-queues.js';
export type { ConsumerStatus } from './consumer.js';
export type { BrokerObserver } from './broker-observer.js';
export { type BrokerCounter, type BrokerCounters, brokerCounters } from './counters.js';
export { BrokerAway, ConfirmLost, MalformedCommand } from './errors.js';
export type { PauseOn } from './intake-pause.js';
export type { BrokerLogger } from './logger.js';
export { type DeadLetterNote, deadLetterNote } from './message-headers.js';
export { CommandContext } from './nest/command-context.js';
export { CommandController } from './nest/command-controller.js';
export { CommandValidationPipe, commandValidationPipe } from './nest/command-validation.pipe.js';
export { RabbitCommandServer } from './nest/rabbit-command-server.js';
export { RpcFaultFilter } from './nest/rpc-fault.filter.js';
export { type ReadPacket, readPacket } from './packet.js';
export type { PublishProperties, PublishResult, Publisher } from './publisher.js';
export type { QueueType } from './topology.js';
export { type QueueCount, QueueLook } from './queue-look.js';
export { sagaIdOf } from './saga-id.js';
