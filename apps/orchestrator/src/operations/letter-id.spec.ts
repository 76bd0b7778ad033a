import { describe, expect, it } from '@jest/globals';
import { type Identified, letterIds, queueOfId } from './letter-id.js';

const QUEUE = 'payment_commands';
const one: Identified = { body: Buffer.from('{}'), messageId: 'm1', died: ['INTERNAL', 'x', 't1'] };

describe('the id of a dead letter', () => {
  it('is the same wherever the letter lies in its queue', () => {
    const other = { ...one, messageId: 'm2' };
    const [id] = letterIds(QUEUE, [one]);
    expect(letterIds(QUEUE, [other, one])[1]).toBe(id);
    expect(id).toMatch(/^payment_commands\.[0-9a-f]{20}$/);
  });

  it('differs by queue, bytes, message id, reason and time', () => {
    const others: Identified[] = [
      { ...one, body: Buffer.from('{} ') },
      { ...one, messageId: 'm2' },
      { ...one, messageId: undefined },
      { ...one, died: ['OTHER', 'x', 't1'] },
      { ...one, died: ['INTERNAL', 'x', 't2'] },
    ];
    const ids = [...letterIds(QUEUE, [one, ...others]), ...letterIds('order_commands', [one])];
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('numbers letters that are equal in everything', () => {
    const [first, second, third] = letterIds(QUEUE, [one, one, one]);
    expect([second, third]).toEqual([`${first}.2`, `${first}.3`]);
  });

  it('names its queue, and nothing else does', () => {
    const [, second] = letterIds(QUEUE, [one, one]);
    expect(queueOfId(second!)).toBe(QUEUE);
    for (const text of ['', 'payment_commands', 'payment_commands.xyz', `${second}.2`, '../x']) {
      expect(queueOfId(text)).toBeUndefined();
    }
  });
});
