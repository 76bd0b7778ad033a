import { connect } from 'amqplib';

export interface TopicConsumer {
  close(): Promise<void>;
}

/** Calls back for the body of each message that is published to a durable topic exchange from now on. */
export async function topicConsumer(
  brokerUrl: string,
  exchange: string,
  received: (body: Buffer) => void,
): Promise<TopicConsumer> {
  const connection = await connect(brokerUrl);
  const channel = await connection.createChannel();
  await channel.assertExchange(exchange, 'topic', { durable: true });
  const { queue } = await channel.assertQueue('received_by_test', { durable: true });
  await channel.bindQueue(queue, exchange, '#');
  await channel.consume(queue, (message) => message && received(message.content), { noAck: true });
  return { close: () => connection.close() };
}
