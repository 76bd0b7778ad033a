import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { Progress, progressLine } from './progress.js';

afterEach(() => {
  jest.useRealTimers();
});

const course = { doing: 'comparing orders', sagas: 1_000, of: 5_000.4, held: 0 };

describe('the progress of a reading', () => {
  it('is told of a long one, and never of a short one or after its end', () => {
    jest.useFakeTimers();
    const said: string[] = [];
    const progress = new Progress((line) => said.push(line));
    progress.tell(course);
    jest.advanceTimersByTime(4_000);
    expect(said).toEqual([]);
    progress.tell({ ...course, sagas: 2_000 });
    jest.advanceTimersByTime(1_000);
    expect(said).toEqual(['comparing orders: 2000 of about 5000 sagas']);
    progress.end();
    jest.advanceTimersByTime(60_000);
    expect(said).toHaveLength(1);
  });

  it('names no total that it does not know or that is passed', () => {
    expect(progressLine({ ...course, of: 0 })).toBe('comparing orders: 1000 sagas');
    expect(progressLine({ ...course, of: 900 })).toBe('comparing orders: 1000 sagas');
  });
});
