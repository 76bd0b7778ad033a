import type { RunningSystem } from '../servers/running-systems.js';

/** The address that a command uses and the reason for it; or why there is none, as a sentence. */
export type Asked<Address> = { address: Address; because: string } | { wrong: string };

/**
 * What the one running system of this folder has for an address. Where none runs, or several that
 * differ in it, the caller has to name one; `naming` says how. Pure.
 */
export function askedOfRunning<Address>(
  systems: readonly RunningSystem[],
  addressOf: (system: RunningSystem) => Address,
  naming: string,
): Asked<Address> {
  const [first] = systems;
  if (!first) {
    return {
      wrong:
        'Nothing runs: no `npm start` and no `pnpm dev` of this folder was found. ' +
        `Start one, or name a system by ${naming}.`,
    };
  }
  const different = new Set(systems.map((system) => JSON.stringify(addressOf(system))));
  if (different.size > 1) {
    const lines = systems.map((system) => `  - ${nameOf(system)}, API at ${system.apiUrl}`);
    return {
      wrong: `Several systems of this folder run:\n${lines.join('\n')}\nName one by ${naming}.`,
    };
  }
  return { address: addressOf(first), because: nameOf(first) };
}

function nameOf({ command, owner }: RunningSystem): string {
  return `\`${command}\` of this folder, process ${owner.pid}`;
}
