import { describe, expect, it } from '@jest/globals';
import { sagaStatements } from './statements.js';

describe('the statement of transitions', () => {
  // R150
  it('has nothing of notes where there are none, and another one has them', () => {
    const { save, saveNoted } = sagaStatements({ subjectColumn: 'order_id' });
    expect(save.text).not.toContain('note');
    expect(saveNoted.text).toContain('INSERT INTO saga_notes');
  });
});
