/** `pnpm reconcile`: the invariants of the saga protocol against the live databases. */
import { CommanderError } from 'commander';
import { withoutPassword } from '../servers/configured-servers.js';
import { runningSystems } from '../servers/running-systems.js';
import { Progress } from './progress.js';
import { reconcile } from './reconcile.js';
import { keptDays, reconcileOptions, reconcileUrls } from './reconcile-options.js';
import { report } from './report.js';
import { Unreadable } from './reading/snapshot.js';

const CANNOT_TELL = 2;

/** Variables that name nothing that could be compared, in words. */
class WrongSettings extends Error {}

async function main(): Promise<number> {
  const { json, settle } = reconcileOptions(process.argv.slice(2));
  const kept = known(keptDays(process.env));
  const { address, because } = known(reconcileUrls(process.env, runningSystems()));
  const places = Object.values(address).map(withoutPassword);
  console.error(`asking ${places.join(', ')} (${because})`);
  const progress = new Progress(console.error);
  try {
    const tell = progress.tell.bind(progress);
    const result = await reconcile(address, settle, kept, { tell });
    console.log(json ? JSON.stringify(result, null, 2) : report(result));
    return result.breaches.length === 0 ? 0 : 1;
  } finally {
    progress.end();
  }
}

function known<Value extends object>(value: Value | { wrong: string }): Value {
  if ('wrong' in value) throw new WrongSettings(value.wrong);
  return value;
}

try {
  process.exitCode = await main();
} catch (error) {
  const isTold = error instanceof CommanderError; // it has said why itself
  if (!isTold && !(error instanceof Unreadable || error instanceof WrongSettings)) throw error;
  if (!isTold) console.error(error.message);
  process.exitCode = isTold && error.exitCode === 0 ? 0 : CANNOT_TELL;
}
