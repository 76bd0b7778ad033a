import { openSync } from 'node:fs';
import { join } from 'node:path';
import { ManagedProcess, type ProcessPlan } from '@backstitch/launcher';
import { benchFolder } from '../servers/bench-folder.js';
import type { Site } from './site.js';

type Plan = Pick<ProcessPlan, 'name' | 'program' | 'parameters' | 'cwd' | 'env'> & {
  /** Of its log, which the process writes itself: reading it would cost CPU. */
  logName: string;
};

/** Starts one process of a system under test; its unasked end stops the benchmark. */
export function startProcess({ cleanup, stop }: Site, { logName, ...plan }: Plan): ManagedProcess {
  const file = join(benchFolder('logs'), `${logName}.log`);
  const one = new ManagedProcess({
    ...plan,
    output: { file, open: () => openSync(file, 'w') },
    detached: true,
    onEnd: (how, asked) => {
      if (!asked) stop.abort(new Error(`${plan.name} ${how}.${one.logTail()}`));
    },
  });
  one.start();
  cleanup.add(plan.name, () => one.end());
  return one;
}
