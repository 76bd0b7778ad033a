import { setTimeout as pause } from 'node:timers/promises';
import type { Exit } from '@backstitch/launcher';
import { type AppName, PARTICIPANTS } from '@backstitch/tools';
import type { AppInstance } from '../site/app-instance.js';
import type { Site } from '../site/site.js';
import { cancelOrders } from './cancels.js';
import type { Fault, Injection } from './fault.js';
import { revive, workUnderWay } from './work.js';

/** Each app's named places where it may crash (`FAULT_POINT`). */
const GATEWAY_POINTS = ['gateway.before-forward', 'gateway.after-forward'];
const ORCHESTRATOR_POINTS = [
  'orchestrator.after-commit-before-publish',
  'orchestrator.after-publish',
  'orchestrator.reply-before-commit',
  'orchestrator.commit-before-ack',
];
const PARTICIPANT_POINTS = [
  'participant.on-arrival',
  'participant.after-commit-before-reply',
  'participant.after-reply-before-ack',
];
const PAYMENT_POINTS = ['payment.after-intent-before-call', 'payment.after-call-before-outcome'];

/** Where a cancellation may be cut short. */
const CANCEL_POINTS: readonly (readonly [AppName, string])[] = [
  ['api-gateway', 'gateway.order-action-before-forward'],
  ['api-gateway', 'gateway.order-action-after-forward'],
  ['orchestrator', 'orchestrator.cancellation-after-commit'],
  ['payment-service', 'payment.after-refund-row-before-call'],
  ['payment-service', 'payment.after-refund-call-before-outcome'],
];

const MID_TAKEOVER = 'orchestrator.mid-takeover';
const MID_REFUND = 'payment.between-refund-requested-and-cancel';
/** What is passed too seldom to wait for the n-th time. */
const RARE = new Set([MID_TAKEOVER, MID_REFUND, ...CANCEL_POINTS.map(([, point]) => point)]);
const PASSES_MAX = 25;
const REACHED_WITHIN_MS = 20_000;
const CANCEL_EVERY_MS = 20;

/**
 * Restarts the victim so that it kills itself at the point, makes sure that it gets there, and
 * starts it again as usual. No evidence when it never gets there.
 */
async function crashAt(
  site: Site,
  victim: AppInstance,
  point: string,
  provoke: (victim: AppInstance) => Promise<void> = async () => undefined,
): Promise<Injection> {
  const pass = RARE.has(point) ? 1 : 1 + site.random.int(PASSES_MAX);
  await victim.stop();
  victim.start({ FAULT_POINT: `${point}#${pass}` });
  const end = victim.expectEnd();
  const provoking = provoke(victim);
  provoking.catch(() => undefined); // told once the victim has ended, see below
  const isReached = await endsInTime(site, victim, end);
  // One was passing there, whatever else is under way.
  const inFlight = Math.max(1, await site.sagasUnderWay(), site.requestsInFlight());
  await provoking;
  await revive(...site.apps.filter(({ running }) => !running), victim);
  const where = `${victim.name} at ${point}, pass ${pass}`;
  if (!isReached) return { what: `${where}: was never reached`, inFlight: 0 };
  return { what: `${where}, with ${inFlight} checkouts under way`, inFlight };
}

/**
 * Whether it killed itself in time, counted from when it serves: a start takes as long as the machine
 * is busy. If not, it is killed.
 */
async function endsInTime(site: Site, victim: AppInstance, end: Promise<Exit>): Promise<boolean> {
  await victim.untilReady().catch(() => undefined); // it may get there before it is ready
  const settled = new AbortController();
  const late = pause(REACHED_WITHIN_MS, undefined, {
    signal: AbortSignal.any([settled.signal, site.stopping]),
  }).catch(() => undefined);
  const how = await Promise.race([end, late]);
  settled.abort();
  if (how === undefined) await victim.kill('SIGKILL');
  else if (how !== 'SIGKILL') {
    throw new Error(`${victim.name} was to kill itself, and ended with ${how}`);
  }
  return how !== undefined;
}

/** The others die, so that the victim takes their sagas over. */
async function orphanSagas(site: Site, victim: AppInstance): Promise<void> {
  await victim.untilReady().catch(() => undefined); // it may have died at what was left from before
  if (!victim.running) return;
  await workUnderWay(site);
  const others = site.of('orchestrator').filter((one) => one !== victim);
  await Promise.all(others.map((other) => other.kill('SIGKILL')));
}

/**
 * Cancels orders from outside: a few that are confirmed, which must be refused, and then those that are
 * being paid, until the victim has died of a refund.
 */
async function cancelFromOutside(site: Site, victim: AppInstance): Promise<void> {
  await victim.untilReady().catch(() => undefined);
  const confirmed = `SELECT order_id AS id FROM saga_state WHERE status = 'DONE' LIMIT 3`;
  const underWay = `SELECT order_id AS id FROM saga_state WHERE status = 'RUNNING'
    AND current_step IN ('INVENTORY_RESERVED', 'PAYMENT_PROCESSED', 'INVENTORY_COMMITTED') LIMIT 5`;
  await cancelAll(site, confirmed);
  while (victim.running && !site.stopping.aborted) {
    await cancelAll(site, underWay);
    await pause(CANCEL_EVERY_MS);
  }
}

async function cancelAll(site: Site, orders: string): Promise<void> {
  for (const { id } of await site.rows<{ id: string }>('orchestrator', orders)) {
    await site.publish('order_commands', { pattern: 'order.cancel', data: { orderId: id } });
  }
}

/** Customers cancel what they bought, until the victim has died of it. */
async function customersCancel(site: Site, victim: AppInstance): Promise<void> {
  await victim.untilReady().catch(() => undefined);
  while (victim.running && !site.stopping.aborted) {
    await cancelOrders(site, 'DONE', { orders: 3, times: 1 });
    await pause(CANCEL_EVERY_MS);
  }
}

function crashOfCancel([app, point]: readonly [AppName, string]): Fault {
  return {
    name: point,
    title: `${app} kills itself at ${point}, amid cancellations`,
    seconds: 12,
    inject: (site) =>
      crashAt(site, site.random.pick(site.of(app)), point, (victim) =>
        customersCancel(site, victim),
      ),
  };
}

function crash(app: AppName, point: string, name = point): Fault {
  return {
    name,
    title: `${app} kills itself at ${point}`,
    seconds: 10,
    inject: (site) => crashAt(site, site.random.pick(site.of(app)), point),
  };
}

const midTakeover: Fault = {
  name: MID_TAKEOVER,
  title: 'orchestrator kills itself while it takes over the sagas of another that died',
  seconds: 18,
  inject: (site) =>
    crashAt(site, site.random.pick(site.of('orchestrator')), MID_TAKEOVER, (victim) =>
      orphanSagas(site, victim),
    ),
};

const midRefund: Fault = {
  name: MID_REFUND,
  title: 'payment-service kills itself amid the refund of an order cancelled from outside',
  seconds: 12,
  inject: (site) =>
    crashAt(site, site.random.pick(site.of('payment-service')), MID_REFUND, (victim) =>
      cancelFromOutside(site, victim),
    ),
};

export const FAULT_POINT_FAULTS: readonly Fault[] = [
  ...GATEWAY_POINTS.map((point) => crash('api-gateway', point)),
  ...ORCHESTRATOR_POINTS.map((point) => crash('orchestrator', point)),
  midTakeover,
  ...PARTICIPANTS.flatMap(({ name: app }) =>
    PARTICIPANT_POINTS.map((point) => crash(app, point, `${app}@${point}`)),
  ),
  ...PAYMENT_POINTS.map((point) => crash('payment-service', point)),
  midRefund,
  ...CANCEL_POINTS.map(crashOfCancel),
];
