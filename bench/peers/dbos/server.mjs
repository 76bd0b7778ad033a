// The checkout as a workflow of DBOS Transact: each step is recorded in PostgreSQL, and the participants
// are called in this very process, with neither a broker nor a network between them.
import { randomUUID } from 'node:crypto';
import { DBOS } from '@dbos-inc/dbos-sdk';
import Fastify from 'fastify';
import * as participants from './participants.mjs';

const step = (name, work) => DBOS.runStep(work, { name });

const checkout = DBOS.registerWorkflow(
  async (orderId, userId, items) => {
    const { createOrder, cancel, reserve, release, pay, refund, confirm } = participants;
    const undos = [];
    try {
      const total = await step('order.create', () => createOrder(orderId, userId, items));
      undos.push(['order.cancel', cancel]);
      await step('inventory.reserve', () => reserve(orderId, items));
      undos.push(['inventory.release', release]);
      await step('payment.process', () => pay(orderId, total));
      undos.push(['payment.refund', refund]);
      await step('order.confirm', () => confirm(orderId));
      return { success: true, orderId };
    } catch (error) {
      for (const [name, undo] of undos.reverse()) await step(name, () => undo(orderId));
      return { success: false, orderId, message: error.message };
    }
  },
  { name: 'checkout' },
);

DBOS.setConfig({
  name: 'peer',
  systemDatabaseUrl: `${process.env.PG_BASE}/${process.env.DB_PREFIX}orchestrator`,
  systemDatabasePoolSize: 16,
  logLevel: 'error',
  runAdminServer: false,
});
await DBOS.launch();

const app = Fastify();
app.post('/api/checkout', async (request, reply) => {
  const orderId = randomUUID();
  const { userId, items } = request.body;
  const handle = await DBOS.startWorkflow(checkout, { workflowID: orderId })(orderId, userId, items);
  const result = await handle.getResult();
  return reply.code(result.success ? 200 : 409).send(result);
});
await app.listen({ host: '127.0.0.1', port: Number(process.env.PORT) });
