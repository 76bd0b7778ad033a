import { type Caller, userId } from '@backstitch/auth';
import { describe, expect, it } from '@jest/globals';
import { operatorAct } from './operator-act.js';

const OLGA: Caller = {
  id: userId('https://id', 'olga'),
  kind: 'user',
  issuer: 'https://id',
  subject: 'olga',
  roles: ['operator'],
  scopes: [],
  tokenId: 'jti-1',
};
const reason = 'the bank is back';
const refusal = expect.objectContaining({ code: 'VALIDATION_FAILED' }) as unknown;

describe('the operator of an action', () => {
  it('is the subject of the token', () => {
    const act = { reason, operator: 'olga', caller: OLGA.id, tokenId: 'jti-1' };
    expect(operatorAct(OLGA, { reason })).toEqual(act);
    expect(operatorAct(OLGA, { reason, operator: 'olga' })).toEqual(act);
  });

  it('cannot be another one than the subject of the token', () => {
    expect(() => operatorAct(OLGA, { reason, operator: 'eve' })).toThrow(refusal);
  });

  it('is named by a request without a token', () => {
    expect(operatorAct(undefined, { reason, operator: 'eve' })).toEqual({
      reason,
      operator: 'eve',
    });
    expect(() => operatorAct(undefined, { reason })).toThrow(refusal);
  });
});
