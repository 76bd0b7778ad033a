import {
  command,
  defineSaga,
  type DoneSaga,
  type SagaDefinition,
  step,
  undo,
  type UndoneSaga,
} from '@backstitch/saga-engine';
import { describe, expect, it } from '@jest/globals';
import { registered, registryOf } from '../../testing/registry-of.js';
import { SagaRegistry } from './saga-registry.js';

const nothing = () => ({});

/** Every saga here has the step PAID; which queue it goes to differs. */
function saga(name: string, version: number, queue: string, pattern = 'pay'): SagaDefinition {
  const steps = [
    step('PAID', {
      do: command(queue, pattern, nothing),
      undo: undo('REFUND', queue, 'refund', nothing),
      rejections: ['DECLINED'],
    }),
  ];
  return defineSaga({ name, version, deadlineMs: 60_000, steps });
}

const [sale, oldSale] = [saga('sale', 2, 'tills'), saga('sale', 1, 'cash')];
const gift = saga('gift', 1, 'vouchers', 'redeem');
const id = (definition: string, definitionVersion: number) => ({ definition, definitionVersion });

describe('the registry of sagas', () => {
  const registry = registryOf([sale, oldSale], [gift]);

  it('finds a command by definition, version and step: sagas may share the names of steps', () => {
    const of = (definition: string, version: number, direction: 'do' | 'undo') => {
      const found = registry.command({ ...id(definition, version), step: 'PAID', direction });
      return found && [found.queue, found.pattern, found.direction];
    };
    expect(of('sale', 2, 'do')).toEqual(['tills', 'pay', 'do']);
    expect(of('sale', 1, 'do')).toEqual(['cash', 'pay', 'do']);
    expect(of('gift', 1, 'do')).toEqual(['vouchers', 'redeem', 'do']);
    expect(of('gift', 1, 'undo')).toEqual(['vouchers', 'refund', 'undo']);
    expect(of('gift', 2, 'do')).toBeUndefined();
    expect(of('loan', 1, 'do')).toBeUndefined();
  });

  it('finds every command with a pattern, of whatever saga', () => {
    const queues = (pattern: string) => registry.commandsWith(pattern).map(({ queue }) => queue);
    expect(queues('pay')).toEqual(['tills', 'cash']);
    expect(queues('refund')).toEqual(['tills', 'cash', 'vouchers']);
    expect(queues('lend')).toEqual([]);
  });

  it('gives every version to the engine, and each participant once', () => {
    expect(registry.definitions).toEqual([sale, oldSale, gift]);
    expect(registry.definition(id('sale', 1))).toBe(oldSale);
    expect(registry.participants.map(({ queue }) => queue)).toEqual(['tills', 'cash', 'vouchers']);
    expect(registryOf([sale], [saga('gift', 1, 'tills')]).participants).toHaveLength(1);
    expect(registry.queuesOf('gift')).toEqual(['vouchers']);
    expect(registry.queuesOf('loan')).toEqual([]);
  });
});

describe('the view of a saga in the registry', () => {
  const facts = {
    sagaId: 'saga-1',
    subjectId: 'order-1',
    definitionVersion: 1,
    input: {},
    kept: {},
    requestId: undefined,
    version: 1,
    epoch: 1,
    owner: 'one',
    createdAtMs: 0,
    sagaDeadlineAtMs: 0,
  };
  const failure = { step: 'PAID', kind: 'rejected', code: 'DECLINED', message: 'card 7' } as const;
  const undone = (definition: string): UndoneSaga => ({
    ...facts,
    definition,
    phase: 'undone',
    failure,
  });
  const registry = new SagaRegistry([
    registered([sale]),
    registered([gift], {
      view: (general, { subjectId }) => ({ ...general, orderId: `of ${subjectId}` }),
    }),
  ]);

  it('tells the reason in the words of its own saga', () => {
    expect(registry.view(undone('sale'), []).reason).toEqual({
      code: 'DECLINED',
      detail: 'sale: DECLINED.',
    });
    expect(registry.view(undone('gift'), []).reason?.detail).toBe('gift: DECLINED.');
  });

  it('is what its own saga makes of the general one', () => {
    const done: DoneSaga = { ...facts, definition: 'gift', phase: 'done' };
    expect(registry.view(done, [])).toMatchObject({ orderId: 'of order-1', status: 'DONE' });
  });

  it('of a saga that only another release knows has a reason without anything technical', () => {
    const { reason, status } = registry.view(undone('loan'), []);
    expect([reason?.code, status]).toEqual(['UNAVAILABLE', 'COMPENSATED']);
    expect(reason?.detail).not.toContain('DECLINED');
  });
});

describe('a list of sagas that cannot be served', () => {
  const participant = { title: 'The till is', query: { pattern: 'ask', data: nothing } };
  //  what is wrong                               the list                                    what is told
  it.each([
    [
      'two sagas of one name',
      [registered([sale]), registered([oldSale])],
      /"sale" is listed twice/,
    ],
    ['a version twice', [registered([sale, sale])], /version 2 of "sale" is listed twice/],
    ['an old version first', [registered([oldSale, sale])], /newest version of "sale" must be/],
    ['a version of another saga', [registered([sale, gift])], /"gift" is listed as a version/],
    ['a name with a colon', [registered([saga('a:b', 1, 'tills')])], /"a:b" must be lower case/],
    [
      'a queue without a participant',
      [registered([gift], { participants: [{ ...participant, queue: 'tills' }] })],
      /"gift" has no participant for its queue vouchers/,
    ],
    [
      'two participants at one queue',
      [
        registered([sale]),
        registered([saga('gift', 1, 'tills')], {
          participants: [{ ...participant, queue: 'tills' }],
        }),
      ],
      /tills has two participants/,
    ],
  ])('is refused for %s', (_what, sagas, problem) => {
    expect(() => new SagaRegistry(sagas)).toThrow(problem);
  });

  it('is refused with all its problems at once', () => {
    const listed = [registered([sale]), registered([oldSale]), registered([saga('B', 1, 'x')])];
    expect(() => new SagaRegistry(listed)).toThrow(
      /"B" must be lower case[^]*"sale" is listed twice/,
    );
  });
});
