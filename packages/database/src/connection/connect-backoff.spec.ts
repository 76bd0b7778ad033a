import { beforeEach, describe, expect, it } from '@jest/globals';
import { ConnectBackoff } from './connect-backoff.js';
import { ConnectFailed } from '../database-fault.js';

const refused = (code: string, message = `refused with ${code}`) =>
  Object.assign(new Error(message), { code });

describe('the back-off for connecting to a database', () => {
  let nowMs: number;
  let lines: object[];
  let backoff: ConnectBackoff;

  beforeEach(() => {
    nowMs = 1_000;
    lines = [];
    const write = (fields: object, message: string) => void lines.push({ ...fields, message });
    backoff = new ConnectBackoff('orders', { info: write, warn: write }, () => nowMs);
  });

  it('lets every caller try while none was refused', () => {
    expect([backoff.enter(), backoff.enter()]).toEqual([undefined, undefined]);
    backoff.connected();
    expect(lines).toEqual([]);
  });

  it('lets one caller at a time try after a refusal, after a growing pause, and gives others the reason at once', () => {
    const failure = backoff.failed(refused('55000'));
    expect(failure).toBeInstanceOf(ConnectFailed);
    expect(backoff.enter()).toBe(failure);
    nowMs += 50;
    expect(backoff.enter()).toBeUndefined();
    expect(backoff.enter()).toBe(failure);
    const second = backoff.failed(refused('55000'));
    nowMs += 50;
    expect(backoff.enter()).toBe(second);
    nowMs += 50;
    expect(backoff.enter()).toBeUndefined();
    backoff.connected();
    expect([backoff.enter(), backoff.enter()]).toEqual([undefined, undefined]);
  });

  it('logs each reason once and the end once, however often it is met', () => {
    for (let i = 0; i < 5; i += 1) backoff.failed(refused('28P01', 'wrong password'));
    backoff.failed(refused('ECONNREFUSED', 'nothing listens'));
    backoff.connected();
    backoff.connected();
    expect(lines).toEqual([
      {
        pool: 'orders',
        why: 'wrong password',
        code: '28P01',
        message: 'no connection to the database',
      },
      expect.objectContaining({ why: 'nothing listens', code: 'ECONNREFUSED' }),
      { pool: 'orders', message: 'connected to the database again' },
    ]);
  });

  it('logs a reason that comes and goes every ten seconds at most', () => {
    for (let i = 0; i < 100; i += 1) {
      backoff.failed(refused('53300', 'too many connections'));
      backoff.connected();
      nowMs += 250;
    }
    expect(lines.filter((line) => 'why' in line)).toHaveLength(3);
  });
});
