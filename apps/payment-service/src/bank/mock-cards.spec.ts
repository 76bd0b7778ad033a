import { MOCK_CARDS, tokenizedCard } from '@backstitch/shared-types';
import { describe, expect, it } from '@jest/globals';
import { behaviourOf } from './mock-cards.js';

describe('the simulated bank', () => {
  it.each(MOCK_CARDS.map(({ number, effect }) => [number, effect]))(
    'knows the card %s that the pages show, which %s',
    (number) => {
      const { token } = tokenizedCard(number, '0123456789abcdef');
      expect(behaviourOf(token).decision).toBeDefined();
    },
  );
});
