import { describe, expect, it } from '@jest/globals';
import { Fault, Rejection } from '@backstitch/shared-types';
import { logged } from './command-log.js';
import { createLoggerTo } from './logger.js';

describe('the log of a served command', () => {
  const saga = { sagaId: 's', step: 'X', direction: 'do', attempt: 2, requestId: 'r' } as const;

  it.each([
    ['done', async () => 1, { outcome: 'done' }],
    [
      'a business rejection',
      async () => new Rejection('NO', 'why'),
      { outcome: 'rejected', code: 'NO', why: 'why' },
    ],
    [
      'a fault',
      () => Promise.reject(new Fault('AWAY', 'why', true)),
      { outcome: 'fault', code: 'AWAY', why: 'why' },
    ],
    ['a bug', () => Promise.reject(new Error('oh')), { outcome: 'fault', code: 'INTERNAL' }],
  ])('is one line that names saga, order and request: %s', async (_, work, expected) => {
    const lines: string[] = [];
    const logger = createLoggerTo({ write: (line) => void lines.push(line) }, 'x', 'info');
    const command = { pattern: 'thing.do', orderId: 'o', saga };
    await logged<unknown>(logger, command, work).catch(() => undefined);
    expect(lines).toHaveLength(1);
    const trace = { ...saga, orderId: 'o', command: 'thing.do' };
    expect(JSON.parse(lines[0]!)).toMatchObject({ ...trace, ...expected });
  });
});
