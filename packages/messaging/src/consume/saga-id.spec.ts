import { describe, expect, it } from '@jest/globals';
import { MalformedCommand } from '../connection/errors.js';
import { sagaIdOf } from './saga-id.js';

describe('sagaIdOf', () => {
  const tag = (sagaId: string) => ({ sagaId, step: 'X', direction: 'do' as const, attempt: 1 });

  it('returns the saga id as rows store it', () => {
    expect(sagaIdOf(tag('660FACF7-B9CF-417A-8EE1-27AFE2FB2C72'))).toBe(
      '660facf7-b9cf-417a-8ee1-27afe2fb2c72',
    );
    expect(sagaIdOf(undefined)).toBeUndefined();
  });

  it('refuses an id that no row can store', () => {
    expect(() => sagaIdOf(tag('saga-1'))).toThrow(MalformedCommand);
  });
});
