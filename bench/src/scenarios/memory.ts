import { setTimeout as delay } from 'node:timers/promises';
import { heat } from '../in-turn.js';
import { checkouts } from '../load/basket.js';
import { drive } from '../load/drive.js';
import { UsageMeter } from '../load/process-usage.js';
import { residentOf, togetherBytes } from '../load/resident.js';
import { CannotMeasure } from '../errors.js';
import { memoryReport, type Memory, type MemorySample } from '../report/memory-report.js';
import { startSystem } from '../systems/start-system.js';
import type { System } from '../systems/system.js';
import { type Scenario, START_SECONDS } from './scenario.js';

const IN_FLIGHT = 64;
const LOOK_EVERY_SECONDS = 10;

/** Whether anything grows while it works. */
export const memory: Scenario = {
  seconds: ({ minutes }) => START_SECONDS + minutes * 60,
  run: async (stage) => {
    if (!UsageMeter.works()) throw new CannotMeasure('Only Linux tells what processes use.');
    const { options, say, stop } = stage;
    const { products, lines, minutes } = options;
    const system = await startSystem('backstitch', { ...stage, products });
    const subject = { name: 'backstitch', system, basket: { products, lines } };
    await heat(stage, subject, IN_FLIGHT);
    const samples: MemorySample[] = [];
    const startMs = performance.now();
    const done = new AbortController();
    const load = drive({
      url: system.checkoutUrl,
      inFlight: IN_FLIGHT,
      seconds: minutes * 60,
      next: checkouts(subject.basket, system.tokens),
      signal: stop.signal,
    }).finally(() => done.abort());
    while (!done.signal.aborted) {
      const sample = look(system, (performance.now() - startMs) / 1000);
      samples.push(sample);
      const { second, togetherMb } = sample;
      say(`${Math.round(second)} of ${minutes * 60} s: ${Math.round(togetherMb)} MB together`);
      const signal = AbortSignal.any([done.signal, stop.signal]);
      await delay(LOOK_EVERY_SECONDS * 1000, undefined, { signal }).catch(() => undefined);
    }
    const outcome = await load;
    stop.signal.throwIfAborted();
    const data: Memory = { samples, completed: outcome.latenciesMs.length, failed: outcome.failed };
    return { data, text: memoryReport(data) };
  },
};

function look({ processes }: System, second: number): MemorySample {
  const apps = processes.apps.map(({ name, pid }) => ({ name, ...residentOf(pid) }));
  const mb = apps.map(({ name, ownBytes, sharedBytes }) => [name, (ownBytes + sharedBytes) / 1e6]);
  return { second, mb: Object.fromEntries(mb), togetherMb: togetherBytes(apps) / 1e6 };
}
