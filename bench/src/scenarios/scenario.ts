import { Cleanup } from '@backstitch/tools';
import type { BenchOptions } from '../options.js';
import type { Servers } from '../servers/servers.js';
import type { Site } from '../systems/site.js';

/** Where a scenario takes place. */
export interface Stage extends Pick<Site, 'env' | 'cleanup' | 'say' | 'stop' | 'tokens'> {
  options: BenchOptions;
  servers: Servers;
}

/** What a scenario found out. */
export interface Finding {
  /** For people. */
  text: string;
  /** Everything that was measured; --json writes it as it is. */
  data: object;
  /** What must never be, in words; the command fails when there is any. */
  wrong?: string[];
}

export interface Scenario {
  /** How long it takes, roughly, starts included. */
  seconds: (options: BenchOptions) => number;
  run: (stage: Stage) => Promise<Finding>;
}

/** Seconds until a system that is started sells and runs warm, roughly. */
export const START_SECONDS = 10;

/** What a scenario starts and makes is ended and removed with it, and on Ctrl-C. */
export async function withOwnCleanup<Result>(
  stage: Stage,
  work: (stage: Stage) => Promise<Result>,
): Promise<Result> {
  const cleanup = new Cleanup(stage.say);
  stage.cleanup.add('a scenario', () => cleanup.run());
  const result = await work({ ...stage, cleanup });
  await cleanup.run();
  return result;
}
