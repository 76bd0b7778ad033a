import { beforeEach, describe, expect, it } from '@jest/globals';
import { ConnectGate } from './connect-gate.js';
import { ConnectFailed } from '../database-fault.js';

const refused = (code: string, message = `refused with ${code}`) =>
  Object.assign(new Error(message), { code });

describe('the gate before a database', () => {
  let nowMs: number;
  let lines: object[];
  let gate: ConnectGate;

  beforeEach(() => {
    nowMs = 1_000;
    lines = [];
    const write = (fields: object, message: string) => void lines.push({ ...fields, message });
    gate = new ConnectGate('orders', { info: write, warn: write }, () => nowMs);
  });

  it('lets everybody in while nobody was refused', () => {
    expect([gate.enter(), gate.enter()]).toEqual([undefined, undefined]);
    gate.connected();
    expect(lines).toEqual([]);
  });

  it('lets one at a time try after a refusal, at a growing pace, and tells others why at once', () => {
    const failure = gate.failed(refused('55000'));
    expect(failure).toBeInstanceOf(ConnectFailed);
    expect(gate.enter()).toBe(failure);
    nowMs += 50;
    expect(gate.enter()).toBeUndefined();
    expect(gate.enter()).toBe(failure);
    const second = gate.failed(refused('55000'));
    nowMs += 50;
    expect(gate.enter()).toBe(second);
    nowMs += 50;
    expect(gate.enter()).toBeUndefined();
    gate.connected();
    expect([gate.enter(), gate.enter()]).toEqual([undefined, undefined]);
  });

  it('logs each reason once and the end once, however often it is met', () => {
    for (let i = 0; i < 5; i += 1) gate.failed(refused('28P01', 'wrong password'));
    gate.failed(refused('ECONNREFUSED', 'nobody listens'));
    gate.connected();
    gate.connected();
    expect(lines).toEqual([
      {
        pool: 'orders',
        why: 'wrong password',
        code: '28P01',
        message: 'no connection to the database',
      },
      expect.objectContaining({ why: 'nobody listens', code: 'ECONNREFUSED' }),
      { pool: 'orders', message: 'connected to the database again' },
    ]);
  });

  it('logs a reason that comes and goes every ten seconds at most', () => {
    for (let i = 0; i < 100; i += 1) {
      gate.failed(refused('53300', 'too many connections'));
      gate.connected();
      nowMs += 250;
    }
    expect(lines.filter((line) => 'why' in line)).toHaveLength(3);
  });
});
