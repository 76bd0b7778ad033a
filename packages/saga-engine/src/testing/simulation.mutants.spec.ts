import { describe, expect, it } from '@jest/globals';
import type { PlannedStep, SagaDefinition } from '../core/define.js';
import type { SagaEngine } from '../runtime/engine.js';
import { BUDGET, caught, deciding, responses } from '../fixtures/broken-engine.js';
import { purchase } from '../fixtures/purchase.js';
import type { OpenSaga, SagaInstance } from '../core/instance.js';
import { undoFrom } from '../core/transition-builder.js';
import type { Clock, SagaWrite } from '../runtime/ports.js';
import type { ReplyOutcome } from '../core/transition.js';
import { AnyParticipants, MemoryDatabase } from './index.js';

function withSteps(change: (step: PlannedStep) => Partial<PlannedStep>): SagaDefinition {
  const { steps } = purchase as SagaDefinition;
  return { ...purchase, steps: steps.map((step) => ({ ...step, ...change(step) })) };
}

function neverScanning(engine: SagaEngine): void {
  engine['ownership']['findForgotten'] = () => Promise.resolve();
}

class Unguarded extends MemoryDatabase {
  protected override follows(): boolean {
    return true;
  }
}

class OwnersOnly extends MemoryDatabase {
  protected override follows(row: SagaInstance, _write: SagaWrite, owner: string): boolean {
    return row.owner === owner;
  }
}

class EpochsOnly extends MemoryDatabase {
  protected override follows(row: SagaInstance, write: SagaWrite): boolean {
    return row.epoch === write.before.epoch;
  }
  protected override taken(saga: OpenSaga, owner: string): OpenSaga {
    return { ...saga, owner };
  }
}

class Grasping extends MemoryDatabase {
  protected override knows(): boolean {
    return true;
  }
}

class Tombless extends AnyParticipants {
  protected override undo(row: ReturnType<AnyParticipants['rowOf']>): ReplyOutcome {
    return row.state === 'none' ? { kind: 'done', response: {} } : super.undo(row);
  }
}

class Forgetful extends AnyParticipants {
  protected override do(
    step: PlannedStep,
    row: ReturnType<AnyParticipants['rowOf']>,
  ): ReplyOutcome {
    if (row.state === 'done') row.dones++;
    return super.do(step, row);
  }
}

describe('the simulation catches', () => {
  it('a write without a version guard', async () => {
    const { problems } = await caught({ database: (clock) => new Unguarded(clock) });
    expect(problems).not.toEqual([]);
  });

  it('a guard of epochs that no takeover raises', async () => {
    await caught({ database: (clock) => new EpochsOnly(clock) });
  });

  it('a guard that asks for the owner and not for the version', async () => {
    await caught({ database: (clock) => new OwnersOnly(clock) });
  });

  it('an undo that leaves no tombstone', async () => {
    const { problems } = await caught({}, (world) => new Tombless(purchase, world, responses));
    expect(problems.join()).toMatch(/holds|without|undone before/);
  });

  it('a participant that does a repeated command again', async () => {
    const { problems } = await caught({}, (world) => new Forgetful(purchase, world, responses));
    expect(problems.join()).toMatch(/happened \d times/);
  });

  it('a step of unknown outcome that is not undone', async () => {
    const engine = (made: SagaEngine) =>
      deciding(made, (decide, event, saga) => {
        const decision = decide(event, saga);
        const { instance, logs } = decision;
        if (saga.phase !== 'forward' || instance.phase !== 'backward') return decision;
        if (instance.failure.kind !== 'unknown') return decision;
        const at = purchase.commands.get(saga.awaited)!.index - 1;
        const nowMs = made['ports'].clock.nowMs();
        return undoFrom(purchase, saga, at, instance.failure, saga.kept, [logs[0]!], nowMs);
      });
    const { problems } = await caught({ engine });
    expect(problems.join()).toMatch(/still holds|skipped|undone before/);
  });

  it('undos that begin with the first step', async () => {
    const engine = (made: SagaEngine) =>
      deciding(made, (decide, event, saga) => {
        const decision = decide(event, saga);
        const { instance, logs } = decision;
        if (saga.phase !== 'forward' || instance.phase !== 'backward') return decision;
        const nowMs = made['ports'].clock.nowMs();
        return undoFrom(purchase, saga, 0, instance.failure, saga.kept, [logs[0]!], nowMs);
      });
    const { problems } = await caught({ engine });
    expect(problems.join()).toMatch(/undone before|skipped/);
  });

  it('any error that says "do not retry" taken for a business rejection', async () => {
    const definition = withSteps((step) => ({
      rejections: Object.assign(new Set(step.rejections), { has: () => true }),
    }));
    const { problems } = await caught({ definition });
    expect(problems.join()).toMatch(/still holds|past its pivot|undone before/);
  });

  it('a pivot that is undone because no answer came', async () => {
    const { problems } = await caught({ definition: withSteps(() => ({ pastPivot: false })) });
    expect(problems).not.toEqual([]);
  });

  it('an undo that swallows its failure', async () => {
    const engine = (made: SagaEngine) =>
      deciding(made, (decide, event, saga) => {
        const swallowed = event.kind === 'replied' && event.direction === 'undo';
        if (!swallowed) return decide(event, saga);
        return decide({ ...event, outcome: { kind: 'done', response: {} } }, saga);
      });
    const { problems } = await caught({ engine });
    expect(problems.join()).toMatch(/still holds|undone before/);
  });

  it('a reply that is taken for the answer to whatever is awaited', async () => {
    const engine = (made: SagaEngine) =>
      deciding(made, (decide, event, saga) => {
        if (event.kind !== 'replied') return decide(event, saga);
        const { step, direction } = purchase.commands.get(saga.awaited)!;
        return decide({ ...event, step, direction }, saga);
      });
    await caught({ engine });
  });

  it('a command that is sent before it is committed', async () => {
    const engine = (made: SagaEngine) => {
      const driver = made['driver'];
      const real = driver['decide'].bind(driver);
      driver['decide'] = (active, event, isReread) => {
        const decision = real(active, event, isReread);
        for (const effect of decision.effects) {
          if (effect.kind === 'send') {
            const nowMs = made['ports'].timers.nowMs();
            driver['dispatch'].send(active, effect, nowMs);
          }
        }
        return decision;
      };
    };
    const { problems } = await caught({ engine });
    expect(problems.join()).toContain('no committed row awaits');
  });

  it('a saga that is dropped after a failed guard, although the instance still owns it', async () => {
    const engine = (made: SagaEngine) => {
      neverScanning(made);
      const driver = made['driver'];
      driver['reread'] = (active) => Promise.resolve(driver['drop'](active, undefined));
    };
    const { problems } = await caught({ engine });
    expect(problems.join()).toContain('does not end');
  });

  it('a place in a queue that is never given back', async () => {
    const engine = (made: SagaEngine) => {
      made['driver']['dispatch'].settle = () => undefined;
    };
    const settings = { commandsPerQueueMax: 1, reservedPerQueue: 0 };
    const { problems } = await caught({ engine }, undefined, BUDGET, settings);
    expect(problems.join()).toMatch(/does not end|comes to no end/);
  });

  it('a process that takes over sagas of a version that it does not know', async () => {
    const { problems } = await caught({ database: (clock) => new Grasping(clock) });
    expect(problems.join()).toContain('does not end');
  });

  it("a process that takes its own clock for the database's", async () => {
    const engine = (made: SagaEngine) => {
      const { clock, timers } = made['ports'];
      const beganAtMs = clock.nowMs();
      // Its clock is fast, so its deadlines are far in the future for the next owner.
      Object.assign(clock, { nowMs: () => beganAtMs + 1_000 * timers.nowMs() });
    };
    const { problems } = await caught({ engine });
    expect(problems.join()).toMatch(/does not end|undone needlessly/);
  });

  it('a process that restarts under its old name', async () => {
    const { problems } = await caught({ engine: neverScanning, processId: (place) => place });
    expect(problems.join()).toContain('does not end');
  });

  it('an own saga that no process ever scans for', async () => {
    const { problems } = await caught({ engine: neverScanning });
    expect(problems.join()).toContain('does not end');
  });

  it('each of these in a trace that a person can read', async () => {
    const broken = { database: (clock: Clock) => new OwnersOnly(clock) };
    const { trace } = await caught(broken, undefined, { runs: 5_000, seed: 1 });
    expect(trace.length).toBeLessThan(60);
    expect(trace.filter((line) => !/^ +\d+\.\d\d s {2}/.test(line))).toEqual([]);
    expect(trace.join('\n')).toContain(' sends saga-1 ORDER_CREATED do #1');
  });
});
