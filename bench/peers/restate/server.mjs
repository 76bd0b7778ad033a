// The checkout as one handler of Restate: its server journals each step in a log of its own, and the
// participants are called in this very process, with neither a broker nor a network between them.
import http2 from 'node:http2';
import * as participants from './participants.mjs';

// Node.js 20 lacks what the SDK asks for.
Promise.withResolvers ??= function () {
  let resolve, reject;
  const promise = new this((whenDone, whenFailed) => ([resolve, reject] = [whenDone, whenFailed]));
  return { promise, resolve, reject };
};
const restate = await import('@restatedev/restate-sdk');

/** A business no is terminal: the engine retries everything else. */
const noIsTerminal = async (work) => {
  try {
    return await work();
  } catch (error) {
    throw error instanceof participants.Refused
      ? new restate.TerminalError(error.message, { errorCode: 409 })
      : error;
  }
};

const run = async (context, { userId, items }) => {
  const { createOrder, cancel, reserve, release, pay, refund, confirm } = participants;
  const orderId = context.rand.uuidv4();
  const undos = [];
  const step = (name, work) => context.run(name, () => noIsTerminal(work));
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
    if (!(error instanceof restate.TerminalError)) throw error;
    for (const [name, undo] of undos.reverse()) await step(name, () => undo(orderId));
    throw error;
  }
};

const checkout = restate.service({ name: 'checkout', handlers: { run } });
const handler = restate.createEndpointHandler({ services: [checkout] });
http2.createServer(handler).listen(Number(process.env.PORT), '127.0.0.1');
