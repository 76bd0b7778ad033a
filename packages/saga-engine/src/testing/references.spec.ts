import { describe, expect, it } from '@jest/globals';
import { relyingOnNothing, relyingOnReferences } from '../fixtures/reference-definitions.js';
import { everyFailure, simulate, traceReport } from './index.js';

const BUDGET = { runs: 500, seed: 1, shrinkTriesMax: 0 };

describe.each(relyingOnReferences)('a definition that relies on %s', (_name, definition) => {
  it('is found by the sweep over every failure', () => {
    const bad = everyFailure(definition, { input: {} }).filter((one) => one.problems.length > 0);
    expect(bad).not.toEqual([]);
  });

  it('is found by the simulation', async () => {
    const { failure } = await simulate({ definition, input: {} }, BUDGET);
    expect(failure?.problems.join('\n')).toMatch(/cannot be made|other data/);
  });
});

describe.each(relyingOnNothing)('a definition that relies on %s', (_name, definition) => {
  it('is found right by the sweep and by the simulation', async () => {
    const bad = everyFailure(definition, { input: {} }).filter((one) => one.problems.length > 0);
    expect(traceReport(bad)).toBe('');
    expect((await simulate({ definition, input: {} }, BUDGET)).failure).toBeUndefined();
  });
});
