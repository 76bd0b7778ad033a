import assert from 'node:assert/strict';
import type { SagaDefinition } from '../core/define.js';
import { Scenario, type ScenarioOptions } from './scenario.js';

/**
 * A saga's test that reads like its sequence diagram:
 * `given(saga, { input }).sends('A', data).done().sends('B').rejected('NO').sends('UNDO_A').done().isUndone('NO')`.
 * Every expectation that fails throws, telling the trace so far.
 */
export function given<Input>(
  definition: SagaDefinition<Input>,
  options: ScenarioOptions<Input>,
): GivenSaga<Input> {
  return new GivenSaga(new Scenario(definition, options));
}

export class GivenSaga<Input = unknown> {
  constructor(readonly scenario: Scenario<Input>) {}

  /** The last command sent has this name, and this data when it is given. */
  sends(name: string, data?: unknown): this {
    const last = this.scenario.sent.at(-1);
    this.expect(last?.name === name, `expected ${name} to be sent, not ${last?.name ?? 'nothing'}`);
    if (data !== undefined) assert.deepEqual(last?.data, data, this.failure(`the data of ${name}`));
    return this;
  }

  done(response?: unknown): this {
    this.scenario.done(response);
    return this;
  }

  rejected(code: string, message?: string, details?: unknown): this {
    this.scenario.rejected(code, message, details);
    return this;
  }

  /** A fault, and the pause before the next attempt. */
  fault(code?: string, { retryable = true } = {}): this {
    this.scenario.fault(code, retryable);
    this.scenario.wakeUntilSent();
    return this;
  }

  /** No reply in time, and the pause before the next attempt. */
  silence(): this {
    this.scenario.wake();
    this.scenario.wakeUntilSent();
    return this;
  }

  unroutable(): this {
    this.scenario.unsent();
    this.scenario.wakeUntilSent();
    return this;
  }

  takenOver(): this {
    this.scenario.resumed();
    return this;
  }

  /** It waits, in the wait of this name. */
  waitsAt(name: string): this {
    const { instance } = this.scenario;
    const at = instance.phase === 'waiting' ? instance.waitsAt : instance.phase;
    this.expect(at === name, `expected it to wait at ${name}: ${at}`);
    return this;
  }

  /** A signal comes, and has an effect. */
  signal(name: string, data?: unknown): this {
    const { answer } = this.scenario.signal(name, data);
    const told = answer?.kind === 'refused' ? `refused, ${answer.reason}` : answer?.kind;
    this.expect(told === 'applied', `expected the signal ${name} to be applied: ${told}`);
    return this;
  }

  /** No signal comes within the time of the wait. */
  timesOut(): this {
    this.scenario.timeOut();
    return this;
  }

  isDone(): this {
    return this.ended('done');
  }

  isUndone(code?: string): this {
    this.ended('undone');
    const { instance } = this.scenario;
    const said = instance.phase === 'undone' ? instance.failure.code : undefined;
    this.expect(
      code === undefined || said === code,
      `expected it to be undone by ${code}: ${said}`,
    );
    return this;
  }

  /** The saga's log as lines a person reads. */
  trace(): string[] {
    return this.scenario.trace();
  }

  private ended(phase: 'done' | 'undone'): this {
    const { instance, witness } = this.scenario;
    this.expect(instance.phase === phase, `expected the saga to be ${phase}: ${instance.phase}`);
    assert.deepEqual(witness.problems, [], this.failure('what must hold for every saga'));
    return this;
  }

  private expect(holds: boolean, problem: string): void {
    assert.ok(holds, this.failure(problem));
  }

  private failure(problem: string): string {
    return `${problem}\n${this.trace().join('\n')}`;
  }
}
