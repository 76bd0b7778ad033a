import { Fault } from '@backstitch/shared-types';
import { describe, expect, it } from '@jest/globals';
import { ChaosSettings } from '../chaos/chaos-settings.js';
import { commandTrouble } from './command-trouble.js';

const SERVICE = 'order-service';

function troubleWith(configured: Record<string, number>) {
  const named = Object.entries(configured).map(([name, value]) => [`${SERVICE}.${name}`, value]);
  const chaos = new ChaosSettings(SERVICE, Object.fromEntries(named) as Record<string, number>);
  return { chaos, trouble: commandTrouble(SERVICE, chaos) };
}

describe('trouble on purpose in the service of commands', () => {
  const done = () => Promise.resolve('done');

  it('runs the handler itself while nothing is set', () => {
    expect(troubleWith({}).trouble.around(done)).toBe(done);
    expect(troubleWith({}).trouble.dropsReply()).toBe(false);
  });

  it('faults before the handler, so that nothing is done and a retry may succeed', async () => {
    let isDone = false;
    const { trouble } = troubleWith({ faultRate: 1 });
    const failing = trouble.around(() => Promise.resolve((isDone = true)))();
    const fault = await failing.catch((error: unknown) => error);
    expect(fault).toBeInstanceOf(Fault);
    expect(fault).toMatchObject({ code: 'FAULT_INJECTED', retryable: true });
    expect(isDone).toBe(false);
  });

  it('serves a command later, and counts by how much', async () => {
    const { chaos, trouble } = troubleWith({ latencyMs: 5 });
    expect(await trouble.around(done)()).toBe('done');
    const knob = chaos.knob(`${SERVICE}.latencyMs`).applied();
    expect(knob).toMatchObject({ samples: 1, total: 5 });
  });

  it('drops replies at its rate', () => {
    expect(troubleWith({ dropReplyRate: 1 }).trouble.dropsReply()).toBe(true);
  });
});
