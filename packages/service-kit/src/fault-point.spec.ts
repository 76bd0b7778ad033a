import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { armedFaultPoints } from './fault-point.js';

const { FAULT_POINT, NODE_ENV } = process.env;
afterEach(() => {
  Object.assign(process.env, { FAULT_POINT: FAULT_POINT ?? '', NODE_ENV });
  jest.restoreAllMocks();
});

describe('the fault points of a process', () => {
  it.each([
    ['nothing set', undefined, 'test', undefined],
    ['nothing in it', '', 'test', undefined],
    ['a name', 'a', 'test', [['a', 1]]],
    ['a name and a number of passes', 'a#3', undefined, [['a', 3]]],
    [
      'several names',
      'a#2, b',
      'development',
      [
        ['a', 2],
        ['b', 1],
      ],
    ],
    ['a name, in production', 'a', 'production', undefined],
  ])('are read of a FAULT_POINT with %s', (_what, spelled, nodeEnv, expected) => {
    const armed = armedFaultPoints(spelled, nodeEnv);
    expect(armed && [...armed]).toEqual(expected);
  });

  /** The signals that a process sends itself, when it is started so and passes these points. */
  async function sentAfter(env: Record<string, string>, passed: readonly string[]) {
    Object.assign(process.env, env);
    jest.resetModules();
    const { reachedFaultPoint } = await import('./fault-point.js');
    const kill = jest.spyOn(process, 'kill').mockReturnValue(true);
    return passed.map((name) => {
      kill.mockClear();
      reachedFaultPoint(name);
      return kill.mock.calls;
    });
  }
  const KILLED = [[process.pid, 'SIGKILL']];

  it('kill it at the pass that they count, and nowhere else', async () => {
    const env = { FAULT_POINT: 'a#2, b', NODE_ENV: 'test' };
    const sent = await sentAfter(env, ['a', 'c', 'a', 'b']);
    expect(sent).toEqual([[], [], KILLED, KILLED]);
  });

  it.each([
    ['when none is set', { FAULT_POINT: '', NODE_ENV: 'test' }],
    ['in production', { FAULT_POINT: 'a', NODE_ENV: 'production' }],
  ])('never kill it %s', async (_when, env) => {
    expect(await sentAfter(env, ['a', 'a'])).toEqual([[], []]);
  });
});
