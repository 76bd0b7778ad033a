/** The airline, the hotels, the car rental and the ticket office: four queues, one table. */
import { connect } from 'amqplib';
import pg from 'pg';

const QUEUES = ['flights', 'hotels', 'cars', 'tickets'];
/** There are no hotels in Atlantis. */
const SOLD_OUT = { hotels: 'Atlantis' };

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL });
await pool.query(`CREATE TABLE IF NOT EXISTS bookings (
  queue text, trip_id uuid, status text NOT NULL, PRIMARY KEY (queue, trip_id))`);

/**
 * Books once for each trip. The row is written once and answers every repeated command as the first
 * one was answered. A command that comes after its undo finds CANCELLED and books nothing.
 */
async function book(queue, tripId, { to }) {
  const wanted = SOLD_OUT[queue] === to && to !== undefined ? 'SOLD_OUT' : 'BOOKED';
  const { rows } = await pool.query(
    `INSERT INTO bookings AS b VALUES ($1, $2, $3)
     ON CONFLICT (queue, trip_id) DO UPDATE SET status = b.status RETURNING status`,
    [queue, tripId, wanted],
  );
  const { status } = rows[0];
  if (status === 'BOOKED') return { response: { reference: `${queue} ${tripId.slice(0, 8)}` } };
  return { err: { code: status, message: `${queue}: ${status}`, retryable: false } };
}

/** Takes the booking back. Where there is none yet, the row refuses the one that comes too late. */
async function cancel(queue, tripId) {
  await pool.query(
    `INSERT INTO bookings VALUES ($1, $2, 'CANCELLED')
     ON CONFLICT (queue, trip_id) DO UPDATE SET status = 'CANCELLED'`,
    [queue, tripId],
  );
  return { response: {} };
}

async function answer(queue, { pattern, data, saga }) {
  try {
    return await (pattern === 'cancel'
      ? cancel(queue, saga.subjectId)
      : book(queue, saga.subjectId, data));
  } catch (error) {
    return { err: { code: 'DATABASE_AWAY', message: String(error), retryable: true } };
  }
}

const connection = await connect(process.env.RABBITMQ_URL);
const channel = await connection.createConfirmChannel();
await channel.prefetch(20);

async function serve(queue, message) {
  const command = JSON.parse(message.content.toString());
  const reply = Buffer.from(JSON.stringify(await answer(queue, command)));
  const { replyTo, correlationId } = message.properties;
  console.log(`${queue}: ${command.pattern} for ${command.saga.step} -> ${reply}`);
  // The command is acknowledged once the broker has the reply.
  channel.sendToQueue(replyTo, reply, { correlationId }, () => channel.ack(message));
}

for (const queue of QUEUES) {
  await channel.assertQueue(queue);
  await channel.consume(queue, (message) => void serve(queue, message));
}
console.log('participants are ready');
