/**
 * Keeps the total and the status of each order in a database of its own, from the events of the shop:
 *   node consumer.js
 * It ends by SIGTERM, and when it cannot go on: then the messages are still in its queue.
 */
import amqp from 'amqplib';
import pg from 'pg';
import { isKnown } from './contracts.js';
import { Inbox } from './inbox.js';

const EXCHANGE = 'order.events';
const QUEUE = process.env.QUEUE ?? 'order_totals';
const SHOP_URL = process.env.SHOP_URL ?? 'http://127.0.0.1:3000/api';

/** The token is of a machine with the scope orders:read. */
async function readOrder(orderId) {
  const { TOKEN } = process.env;
  const headers = TOKEN ? { authorization: `Bearer ${TOKEN}` } : {};
  const answer = await fetch(`${SHOP_URL}/orders/${orderId}`, { headers });
  if (!answer.ok) throw new Error(`the shop answers ${answer.status} for order ${orderId}`);
  return answer.json();
}

const client = new pg.Client({ connectionString: process.env.DATABASE_URL });
await client.connect();
const inbox = new Inbox(client, readOrder);
await inbox.prepare();

const connection = await amqp.connect(
  process.env.RABBITMQ_URL ?? 'amqp://guest:guest@127.0.0.1:5672',
);
const channel = await connection.createChannel();
await channel.assertExchange(EXCHANGE, 'topic', { durable: true });
await channel.assertQueue(QUEUE, { durable: true });
await channel.bindQueue(QUEUE, EXCHANGE, 'order.#');
await channel.prefetch(10);

/** One message after another: the events of an order come in their order. */
let last = Promise.resolve();
const receive = async (message) => {
  const events = JSON.parse(message.content.toString()).filter(isKnown);
  const applied = await inbox.receive(events);
  channel.ack(message); // after the commit: a message that is delivered again changes nothing
  console.log(`${events.length} events, ${applied} applied`);
};
await channel.consume(QUEUE, (message) => {
  if (message) last = last.then(() => receive(message)).catch(fail);
});
console.log(`${QUEUE} receives ${EXCHANGE}`);

function fail(error) {
  console.error(error.message);
  process.exit(1);
}

async function stop() {
  await channel.close();
  await last;
  await Promise.all([connection.close(), client.end()]);
}
process.once('SIGTERM', () => void stop().catch(fail));
