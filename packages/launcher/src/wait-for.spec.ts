import { describe, expect, it } from '@jest/globals';
import { waitFor } from './wait-for.js';

describe('waitFor', () => {
  it('resolves to the first answer that is neither undefined nor false', async () => {
    const answers = [undefined, false, 0] as const;
    let asked = 0;
    expect(await waitFor('a number', () => answers[asked++])).toBe(0);
  });

  it('asks again after a probe that throws', async () => {
    let asked = 0;
    const probe = () => {
      asked += 1;
      if (asked === 1) throw new Error('not yet');
      return 'there';
    };
    expect(await waitFor('it', probe)).toBe('there');
  });

  it('says what was awaited and the last answer when time is up', async () => {
    const options = { timeoutMs: 30, everyMs: 5 };
    await expect(waitFor('rain', () => false as const, options)).rejects.toThrow(
      /30 ms in vain for rain; the last answer was false/,
    );
    const failing = () => {
      throw new Error('the sky is closed');
    };
    await expect(waitFor('rain', failing, options)).rejects.toThrow(/the sky is closed/);
  });
});
