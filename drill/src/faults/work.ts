import { setTimeout as pause } from 'node:timers/promises';
import type { AppInstance } from '../site/app-instance.js';
import type { Site } from '../site/site.js';

const LOOK_EVERY_MS = 20;
const WORK_WITHIN_MS = 5_000;

/**
 * Waits until sagas are under way, so that what strikes next strikes work, and says how many: as many
 * as are wanted, after a while a single one, and in the end none, when the system is too idle or too
 * broken for that.
 */
export async function workUnderWay(site: Site, atLeast = 2): Promise<number> {
  const startedAtMs = performance.now();
  for (;;) {
    const count = await site.sagasUnderWay();
    const waitedMs = performance.now() - startedAtMs;
    const enough = waitedMs > WORK_WITHIN_MS ? 1 : atLeast;
    const isOver = waitedMs > 2 * WORK_WITHIN_MS || site.stopping.aborted;
    if (count >= enough || isOver) return count;
    await pause(LOOK_EVERY_MS);
  }
}

/** Waits for the duration of a fault, unless the drill is to end at once. */
export async function hurtFor(site: Site, ms: number): Promise<void> {
  await pause(ms, undefined, { signal: site.stopping }).catch(() => undefined);
}

/** Starts those that do not run, as usual, and resolves when they are ready. */
export async function revive(...instances: readonly AppInstance[]): Promise<void> {
  for (const instance of instances) if (!instance.running) instance.start();
  await Promise.all(instances.map((instance) => instance.untilReady()));
}

export function namesOf(instances: readonly AppInstance[]): string {
  return instances.map(({ name }) => name).join(' and ');
}

/** Takes their way to RabbitMQ, until they are let in again. */
export function cutOff(instances: readonly AppInstance[]): void {
  for (const link of instances.flatMap(({ brokerLinks }) => brokerLinks)) {
    link.refuse();
    link.cut();
  }
}

export function letIn(instances: readonly AppInstance[]): void {
  for (const link of instances.flatMap(({ brokerLinks }) => brokerLinks)) link.admit();
}
