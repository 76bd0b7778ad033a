export { replyOf } from './packets.js';
export { AmqpTransport, BrokerUnavailable, type AmqpOptions, type RepliesTo } from './transport.js';
