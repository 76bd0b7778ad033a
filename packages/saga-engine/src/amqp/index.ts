export { replyOf } from './packets.js';
export { AmqpTransport, BrokerAway, type AmqpOptions, type RepliesTo } from './transport.js';
