/** `pnpm reconcile`: the invariants of the saga protocol against the live databases. */
import { withoutPassword } from '../servers/configured-servers.js';
import { runningSystems } from '../servers/running-systems.js';
import { Progress } from './progress.js';
import { reconcile } from './reconcile.js';
import { keptDays, RECONCILE_HELP, reconcileOptions, reconcileUrls } from './reconcile-options.js';
import { report } from './report.js';
import { Unreadable } from './reading/snapshot.js';

const CANNOT_TELL = 2;

async function main(): Promise<number> {
  const options = reconcileOptions(process.argv.slice(2));
  if ('wrong' in options) {
    console.error(options.wrong);
    return CANNOT_TELL;
  }
  if (options.help) {
    console.log(RECONCILE_HELP);
    return 0;
  }
  const kept = keptDays(process.env);
  if ('wrong' in kept) {
    console.error(kept.wrong);
    return CANNOT_TELL;
  }
  const asked = reconcileUrls(process.env, runningSystems());
  if ('wrong' in asked) {
    console.error(asked.wrong);
    return CANNOT_TELL;
  }
  const places = Object.values(asked.address).map(withoutPassword);
  console.error(`asking ${places.join(', ')} (${asked.because})`);
  const progress = new Progress(console.error);
  try {
    const result = await reconcile(asked.address, options.settleS, kept, {
      tell: (course) => progress.tell(course),
    });
    console.log(options.json ? JSON.stringify(result, null, 2) : report(result));
    return result.breaches.length === 0 ? 0 : 1;
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    console.error(error.message);
    return CANNOT_TELL;
  } finally {
    progress.end();
  }
}

process.exitCode = await main();
