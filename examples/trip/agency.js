/**
 * The travel agency, which drives the sagas.
 *   node agency.js book <place> [--crash]    books a trip; with --crash it dies in the middle
 *   node agency.js finish                    finishes what is unfinished
 */
import { randomUUID } from 'node:crypto';
import { SagaEngine } from '@backstitch/saga-engine';
import { AmqpTransport } from '@backstitch/saga-engine/amqp';
import { createSagaTables, PostgresSagaStore } from '@backstitch/saga-engine/postgres';
import pg from 'pg';
import { trip } from './trip-saga.js';

const [task, to, crash] = process.argv.slice(2);
const { DATABASE_URL, RABBITMQ_URL } = process.env;
const quiet = () => undefined;
const report = ({ sagaId = '', err }, text) => console.error(text, sagaId, err?.message ?? '');
const logger = { debug: quiet, info: quiet, warn: report, error: report };

const pool = new pg.Pool({ connectionString: DATABASE_URL });
const tables = await createSagaTables(pool, { subjectColumn: 'trip_id' });
await pool.end();

const store = new PostgresSagaStore({ url: DATABASE_URL, tables, logger });
const transport = new AmqpTransport({ url: RABBITMQ_URL, logger });
const engine = new SagaEngine({
  definitions: [trip],
  store,
  clock: store.clock,
  sender: transport,
  logger,
  reached: (point) => {
    // The second command is in the database, and not sent.
    if (crash && point === 'after-commit-before-publish' && ++commits === 2) {
      process.kill(process.pid, 'SIGKILL');
    }
  },
});
let commits = 0;

await engine.run();
await transport.start(engine);
if (task === 'book') await book();
else if (task === 'finish') await finish();
else console.error('usage: node agency.js book <place> [--crash] | finish');
await engine.stop();
await transport.close();
await store.close();

async function book() {
  const sagaId = randomUUID();
  console.log(`trip ${sagaId} to ${to}`);
  await engine.start({ definition: trip, sagaId, subjectId: randomUUID(), input: { to } });
  const ended = await engine.waitForEnd(sagaId, 60_000);
  for (const { step, status } of await store.history(sagaId)) console.log(`  ${step} ${status}`);
  if (!ended) console.log('it is still under way; node agency.js finish goes on with it');
  else if (ended.phase === 'done') console.log('the trip is booked');
  else console.log(`the trip is undone: ${ended.failure.step} ${ended.failure.code}`);
}

async function finish() {
  while (!(await engine.drained(trip.name, trip.version))) {
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  console.log('no trip is unfinished');
}
