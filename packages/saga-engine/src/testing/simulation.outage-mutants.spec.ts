import { describe, expect, it } from '@jest/globals';
import type { SagaEngine } from '../runtime/engine.js';
import { BUDGET, caught, deciding } from '../fixtures/broken-engine.js';
import { purchase } from '../fixtures/purchase.js';
import { undoFrom } from '../core/transition-builder.js';
import type { OutgoingCommand } from '../runtime/ports.js';
import { MemoryDatabase } from './index.js';

/** A heartbeat in the future counts as young. */
class Trusting extends MemoryDatabase {
  protected override isAlive(owner: string, silentAfterMs: number): boolean {
    const heartbeatAtMs = this.heartbeats.get(owner) ?? -Infinity;
    return this.nowMs() - heartbeatAtMs < silentAfterMs;
  }
}

class Judging extends MemoryDatabase {
  protected override mayJudge(): boolean {
    return true;
  }
}

describe('the simulation catches, of outages, deployments and queues,', () => {
  it('owners that take from each other when the database is back after an outage of all', async () => {
    const engine = (made: SagaEngine) => {
      made['ownership']['pulse'].isSteady = () => true;
    };
    const { problems } = await caught({ engine, database: (clock) => new Judging(clock) });
    expect(problems.join()).toContain('which lives');
  });

  it('a heartbeat in the future that counts as young', async () => {
    const { problems } = await caught({ database: (clock) => new Trusting(clock) });
    expect(problems.join()).toContain('does not end');
  });

  it('a saga that is undone after a takeover for its step deadline, its command never sent', async () => {
    const engine = (made: SagaEngine) => {
      const dispatch = made['driver']['dispatch'];
      dispatch.readAgain = (active, row) => void (active.instance = row);
    };
    const { problems } = await caught({ engine });
    expect(problems.join()).toContain('undone needlessly');
  });

  it('a saga that is undone because the broker was away for longer than its step may take', async () => {
    const engine = (made: SagaEngine) =>
      deciding(made, (decide, event, saga) => {
        const { timers, clock } = made['ports'];
        const isUnsent = saga.waitingFor === 'resend' && event.kind === 'wake';
        const sinceMs = unsentSinceMs.get(saga.sagaId + saga.awaited) ?? timers.nowMs();
        if (isUnsent) unsentSinceMs.set(saga.sagaId + saga.awaited, sinceMs);
        const command = purchase.commands.get(saga.awaited)!;
        const { deadlineMs, pastPivot } = purchase.steps[command.index]!;
        const isBounded = saga.phase === 'forward' && !pastPivot;
        if (!isUnsent || !isBounded || timers.nowMs() - sinceMs < deadlineMs) {
          return decide(event, saga);
        }
        const { step } = command;
        const failure = { step, kind: 'unknown', code: 'STEP_DEADLINE', message: '' } as const;
        const failed = {
          step,
          status: 'FAILED',
          data: { attempts: 1, outcome: 'unknown' },
        } as const;
        const nowMs = clock.nowMs();
        return undoFrom(purchase, saga, command.index, failure, saga.kept, [failed], nowMs);
      });
    const unsentSinceMs = new Map<string, number>();
    const { problems } = await caught({ engine });
    expect(problems.join()).toContain('undone needlessly');
  });

  it('a command whose deadlines go on while it waits to be sent', async () => {
    const engine = (made: SagaEngine) => {
      const dispatch = made['driver']['dispatch'];
      dispatch['postpone'] = () => undefined;
    };
    // It shows in one run of some twenty thousand.
    const near = { ...BUDGET, seed: 18_000 };
    const { problems } = await caught({ engine }, undefined, near);
    expect(problems.join()).toContain('undone needlessly');
  });

  it('a queue that grows while it has no reader', async () => {
    const engine = (made: SagaEngine) => {
      const { sender } = made['ports'];
      const send = (command: OutgoingCommand) =>
        sender.send({ ...command, replyTimeoutMs: Infinity });
      Object.assign(made['ports'], { sender: { send } });
    };
    const { problems } = await caught({ engine });
    expect(problems.join()).toContain('are unread in');
  });
});
