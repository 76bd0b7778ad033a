import { describe, expect, it } from '@jest/globals';
import { delaySeconds } from './login-delay.js';

describe('the delay after failures in a row', () => {
  it.each([
    [0, 0],
    [4, 0],
    [5, 1],
    [6, 2],
    [10, 32],
    [14, 512],
    [15, 900],
    [99, 900],
  ])('is, after %i of them, %i s', (failures, delay) => {
    expect(delaySeconds(failures)).toBe(delay);
  });
});
