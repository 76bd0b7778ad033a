import { expect, it } from '@jest/globals';
import { trace } from './trace.js';

it('tells a saga as lines a person reads, in the order its steps began', () => {
  const at = (ms: number) => `2030-01-01T00:00:00.${String(ms).padStart(3, '0')}123Z`;
  const lastError = { code: 'REPLY_TIMEOUT', message: 'no reply' };
  const no = { attempts: 1, outcome: 'rejected', code: 'DECLINED', message: 'no money' } as const;
  const lines = trace([
    { step: 'ORDER', status: 'STARTED', data: undefined, createdAt: at(0) },
    { step: 'ORDER', status: 'COMPLETED', data: { attempts: 2, lastError }, createdAt: at(12) },
    { step: 'PAYMENT', status: 'STARTED', data: undefined, createdAt: at(12) },
    { step: 'PAYMENT', status: 'FAILED', data: no, createdAt: at(40) },
    { step: 'CANCEL', status: 'STARTED', data: undefined, createdAt: at(40) },
  ]);
  expect(lines).toEqual([
    'ORDER    done (2 attempts, before: REPLY_TIMEOUT) in 12 ms',
    'PAYMENT  rejected DECLINED: no money in 28 ms',
    'CANCEL   waiting',
  ]);
});
