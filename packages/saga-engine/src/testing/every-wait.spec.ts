import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { booking, bookingSpec, input } from '../fixtures/booking.js';
import { defineSaga } from '../core/define.js';
import { knownSignals } from '../core/signal.js';
import { everyFailure, expectGolden, failureReport, traceReport } from './index.js';

const GOLDEN = join(import.meta.dirname, '../fixtures/booking.golden.txt');
const options = { input, signals: { paid: { paymentId: 'p-1' } } };

describe('the sweep over every wait', () => {
  const cases = everyFailure(booking, options);

  it('finds nothing that must not be', () => {
    expect(traceReport(cases.filter((one) => one.problems.length > 0))).toBe('');
  });

  it('gives every signal to every command, every wait and every undo', () => {
    const names = cases.map(({ name }) => name);
    for (const signal of knownSignals(booking)) {
      for (const at of [...booking.commands.keys(), ...booking.waits.keys()]) {
        expect(names).toContain(`${at} hears ${signal}`);
      }
    }
    for (const at of booking.waits.keys()) {
      expect(names).toContain(`${at} times out`);
      expect(names).toContain(`${at} times out, and hears guest-cancel at once`);
    }
  });

  it('has the same result for each signal and each time as before', () => {
    expectGolden(GOLDEN, failureReport(cases));
  });

  it('sees a wait that cannot be passed', () => {
    const closed = { accept: { undo: 'NO' }, decline: { undo: 'NO' } };
    const steps = bookingSpec.steps.map((one) =>
      one.name === 'HOST_DECIDES' ? { ...one, signals: closed } : one,
    );
    const problems = everyFailure(defineSaga({ ...bookingSpec, steps }), options)[0]!.problems;
    expect(problems).toEqual(['nothing failed, yet it is undone']);
  });
});
