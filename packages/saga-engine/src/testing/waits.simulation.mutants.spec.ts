import { describe, expect, it } from '@jest/globals';
import { booking, input } from '../fixtures/booking.js';
import { NO_OWNER, type OpenSaga } from '../core/instance.js';
import type { SagaEngine } from '../runtime/engine.js';
import type { SagaMove, SignalRecord, SignalRecorded, TakeDueRequest } from '../runtime/ports.js';
import {
  MemoryDatabase,
  simulate,
  type BrokenParts,
  type SimulationFailure,
  type SimulationOptions,
} from './index.js';

const people: SimulationOptions<{ nights: number }> = {
  definition: booking,
  otherVersions: [{ ...booking, version: 2 }],
  input,
  signals: { paid: { paymentId: 'p-1' } },
};

async function caught(broken: BrokenParts): Promise<SimulationFailure> {
  const budget = { runs: 5_000, seed: 1, shrinkTriesMax: 0 };
  const { runs, failure } = await simulate({ ...people, broken }, budget);
  if (!failure) throw new Error(`nothing was caught in ${runs} runs`);
  return failure;
}

class Unrecorded extends MemoryDatabase {
  override recordSignal(): SignalRecorded {
    return 'recorded';
  }
}

class Forgetful extends MemoryDatabase {
  override signal(): SignalRecord | undefined {
    return undefined;
  }
  override move(move: SagaMove): 'saved' | 'guard-failed' {
    return super.move({ ...move, signal: undefined });
  }
}

class Unguarded extends MemoryDatabase {
  override move(move: SagaMove): 'saved' | 'guard-failed' {
    const row = this.rows.get(move.instance.sagaId)!;
    const { version } = row.instance;
    const before = { ...move.before, version };
    return super.move({ ...move, before, instance: { ...move.instance, version: version + 1 } });
  }
}

class Grasping extends MemoryDatabase {
  override takeDue(owner: string, request: TakeDueRequest): OpenSaga[] {
    const definitions = [1, 2].map((version) => ({ name: 'booking', version }));
    return super.takeDue(owner, { ...request, definitions });
  }
}

class Particular extends MemoryDatabase {
  override takeOver(...asked: Parameters<MemoryDatabase['takeOver']>): OpenSaga[] {
    const unowned = [...this.rows].filter(([, { instance }]) => instance.owner === NO_OWNER);
    for (const [id] of unowned) this.rows.delete(id);
    const taken = super.takeOver(...asked);
    for (const [id, row] of unowned) this.rows.set(id, row);
    return taken;
  }
}

describe('the simulation with people catches', () => {
  it('a takeover that leaves driven sagas without an owner alone', async () => {
    const { problems } = await caught({ database: (clock) => new Particular(clock) });
    expect(problems.join()).toMatch(/does not end|comes to no end/);
  }, 120_000);

  it('a refusal that is not recorded', async () => {
    const { problems } = await caught({ database: (clock) => new Unrecorded(clock) });
    expect(problems.join()).toContain('two answers');
  }, 120_000);

  it('signals that are not recorded at all', async () => {
    const { problems } = await caught({ database: (clock) => new Forgetful(clock) });
    expect(problems.join()).toMatch(/two answers|two effects/);
  }, 120_000);

  it('a signal that does not follow the version it was judged by', async () => {
    await caught({ database: (clock) => new Unguarded(clock) });
  }, 120_000);

  it('a timer that takes versions which its process does not have', async () => {
    const { problems } = await caught({ database: (clock) => new Grasping(clock) });
    expect(problems.join()).toMatch(/does not end|comes to no end/);
  }, 120_000);

  it('a process that never looks for times that have come', async () => {
    const engine = (made: SagaEngine) => {
      made['ownership']['takeDue'] = () => Promise.resolve();
    };
    const { problems } = await caught({ engine });
    expect(problems.join()).toMatch(/does not end|comes to no end/);
  }, 120_000);
});
