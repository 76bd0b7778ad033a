export { Broker, type BrokerOptions, type BrokerStatus } from './connection/broker.js';
export { CommandClient, type CommandClientOptions } from './publish/command-client.js';
export type { CommandServerOptions } from './consume/command-server.js';
export type { CommandTrouble } from './consume/command-trouble.js';
export type { DeadLetter } from './dead-letter/dead-letter.js';
export { DeadLetterQueues } from './dead-letter/dead-letter-queues.js';
export type {
  DeadLetterConsumer,
  DeliveredDeadLetter,
} from './dead-letter/dead-letter-consumer.js';
export type { ConsumerStatus } from './consume/consumer.js';
export type { BrokerObserver } from './connection/broker-observer.js';
export { type BrokerCounter, type BrokerCounters, brokerCounters } from './connection/counters.js';
export { BrokerUnavailable, ConfirmLost, MalformedCommand } from './connection/errors.js';
export { SignalReader, type SignalReaderOptions } from './consume/signal-reader.js';
export type { PauseOn } from './consume/consumer-pause.js';
export type { BrokerLogger } from './connection/logger.js';
export {
  type DeadLetterNote,
  deadLetterNote,
  messageIdBeforeDeath,
} from './dead-letter/message-headers.js';
export { CommandContext } from './nest/command-context.js';
export { CommandController } from './nest/command-controller.js';
export { CommandValidationPipe, commandValidationPipe } from './nest/command-validation.pipe.js';
export { RabbitCommandServer } from './nest/rabbit-command-server.js';
export { RpcFaultFilter } from './nest/rpc-fault.filter.js';
export { type ReadPacket, readPacket } from './batch/packet.js';
export {
  type EventMessage,
  EventPublisher,
  type EventPublisherOptions,
} from './publish/event-publisher.js';
export type { PublishProperties, PublishResult, Publisher } from './publish/publisher.js';
export type { QueueType } from './connection/topology.js';
export { type QueueCount, QueueInspector } from './connection/queue-inspector.js';
export { sagaIdOf } from './consume/saga-id.js';
