import { setTimeout as pause } from 'node:timers/promises';
import type { CommandTrouble } from '@backstitch/messaging';
import { type ChaosService, Fault } from '@backstitch/shared-types';
import type { ChaosSettings } from '../chaos/chaos-settings.js';

type Handler = () => Promise<unknown>;

/** The one place where the three knobs of every service take effect. */
export function commandTrouble(service: ChaosService, chaos: ChaosSettings): CommandTrouble {
  const latency = chaos.knob(`${service}.latencyMs`);
  const faults = chaos.knob(`${service}.faultRate`);
  const drops = chaos.knob(`${service}.dropReplyRate`);
  const troubled = async (handler: Handler): Promise<unknown> => {
    if (latency.value > 0) {
      latency.count(latency.value);
      await pause(latency.value);
    }
    // Before the handler, so that nothing is done.
    if (faults.happens()) throw new Fault('FAULT_INJECTED', 'The command failed on purpose', true);
    return handler();
  };
  return {
    around: (handler) =>
      latency.value === 0 && faults.value === 0 ? handler : () => troubled(handler),
    dropsReply: () => drops.happens(),
  };
}
