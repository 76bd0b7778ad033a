import type { AppInstance } from '../site/app-instance.js';
import type { Site } from '../site/site.js';
import type { Fault, Period } from './fault.js';
import { hurtFor, revive, workUnderWay } from './work.js';

const AWAY_FOR_MS = 120_000;
const SERVES_WITHIN_MS = 60_000;
const ANSWER_WITHIN_MS = 10_000;

/**
 * identity-service is killed and stays away. In the middle the gateway restarts, so that it knows
 * the public keys only from its file (JWKS_CACHE). All the time but that of the restart, every
 * checkout must be served, since its token is valid.
 */
const identityAway: Fault = {
  name: 'identity-away',
  title: `kill -9 of identity-service, back after ${AWAY_FOR_MS / 1_000} s; the gateway restarts meanwhile`,
  seconds: AWAY_FOR_MS / 1_000 + 20,
  async inject(site) {
    const [identity] = site.of('identity-service') as [AppInstance];
    const [gateway] = site.of('api-gateway') as [AppInstance];
    const inFlight = await workUnderWay(site);
    await identity.kill('SIGKILL');
    try {
      const before = await period(() => hurtFor(site, AWAY_FOR_MS / 2));
      await requireUnavailable(site);
      await gateway.stop();
      gateway.start();
      await serves(gateway, site.stopping);
      const after = await period(() => hurtFor(site, AWAY_FOR_MS / 2));
      const what = `identity-service was away with ${inFlight} sagas under way`;
      return { what, inFlight, served: [before, after] };
    } finally {
      await revive(identity, gateway);
    }
  },
};

async function period(wait: () => Promise<void>): Promise<Period> {
  const fromMs = performance.now();
  await wait();
  return { fromMs, untilMs: performance.now() };
}

/** Its dependencies are not up: one of them is away. */
function serves(gateway: AppInstance, signal: AbortSignal): Promise<void> {
  const missing = async (): Promise<string | undefined> => {
    try {
      const { status, text } = await gateway.readiness();
      return status === 200 ? undefined : text;
    } catch (error) {
      return String(error);
    }
  };
  return gateway.ready(missing, SERVES_WITHIN_MS, signal);
}

/** What needs identity-service is refused at once, and not lost or left waiting. */
async function requireUnavailable({ gatewayUrl, stopping }: Site): Promise<void> {
  if (stopping.aborted) return;
  const { status } = await fetch(`${gatewayUrl}/api/auth/guest`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{}',
    signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
  });
  if (status !== 503) {
    throw new Error(`a guest asked for a token without identity-service, and was told ${status}`);
  }
}

export const IDENTITY_FAULTS: readonly Fault[] = [identityAway];
