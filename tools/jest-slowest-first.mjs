import { createRequire } from 'node:module';
import { relative } from 'node:path';

// By an import, oxlint would find the types of all Node.js modules, and refuse the examples.
const { default: TestSequencer } = createRequire(import.meta.url)('@jest/test-sequencer');

/**
 * The files that take long, the slowest first. A machine that has run no test yet, as in CI, knows
 * nothing of this, and would leave one worker with them when the others have nothing left to do.
 */
const SLOWEST = [
  'e2e/src/setup.e2e.spec.ts',
  'e2e/src/trouble.e2e.spec.ts',
  'drill/src/drill.e2e.spec.ts',
  'apps/identity-service/src/internal/gateways.integration.spec.ts',
  'e2e/src/cancel-crashes.e2e.spec.ts',
  'e2e/src/database-trouble.e2e.spec.ts',
  'e2e/src/long-way.e2e.spec.ts',
  'apps/orchestrator/src/sagas/checkout/checkout-saga.simulation.spec.ts',
  'apps/orchestrator/src/orchestrator-trouble.integration.spec.ts',
  'packages/messaging/src/batch/packet.fuzz.spec.ts',
  'apps/orchestrator/src/host/metrics/unfinished-totals.integration.spec.ts',
  'packages/service-kit/src/http/checkout-body.fuzz.spec.ts',
  'e2e/src/many-cancels.e2e.spec.ts',
  'e2e/src/cancel-races.e2e.spec.ts',
  'e2e/src/deployed-apps.e2e.spec.ts',
  'e2e/src/breaker.e2e.spec.ts',
  'e2e/src/checkout.e2e.spec.ts',
  'e2e/src/cancellation.e2e.spec.ts',
  'packages/saga-engine/src/testing/simulation.spec.ts',
];

/** These files first; the others in jest's order. */
export default class SlowestFirst extends TestSequencer {
  sort(tests) {
    const rank = ({ path, context }) => {
      const at = SLOWEST.indexOf(relative(context.config.rootDir, path));
      return at === -1 ? SLOWEST.length : at;
    };
    return super.sort(tests).toSorted((one, other) => rank(one) - rank(other));
  }
}
