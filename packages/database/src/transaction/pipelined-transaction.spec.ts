import { describe, expect, it } from '@jest/globals';
import { beginWith } from './pipelined-transaction.js';

describe('the statement that begins a transaction', () => {
  it('is BEGIN alone when the transaction has no settings', () => {
    expect(beginWith({})).toBe('BEGIN');
  });

  it('sets the settings of the transaction in the same message, in their order', () => {
    expect(beginWith({ 'backstitch.stock_move': 'HOLD', lock_timeout: 100 })).toBe(
      "BEGIN; SET LOCAL backstitch.stock_move = 'HOLD'; SET LOCAL lock_timeout = 100",
    );
  });

  it('quotes the value of a setting', () => {
    expect(beginWith({ 'a.b': "it's" })).toBe("BEGIN; SET LOCAL a.b = 'it''s'");
  });
});
