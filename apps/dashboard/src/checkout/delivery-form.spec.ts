import { describe, expect, it } from '@jest/globals';
import { deliveryOf } from './delivery-form.js';

const form = (texts: Record<string, string>) => (name: string) => texts[name] ?? '';
const HOME = { recipient: ' Ann ', phone: '+44 20 1234', address: '1 High St\nLondon' };

describe('the delivery of a form', () => {
  it('has what its kind needs, and nothing of another kind', () => {
    expect(deliveryOf('DELIVERY', form({ ...HOME, table: '7' }))).toEqual({
      delivery: { kind: 'DELIVERY', name: 'Ann', phone: HOME.phone, address: HOME.address },
      problems: {},
    });
    expect(deliveryOf('DINE_IN', form({ table: '7' })).delivery).toEqual({
      kind: 'DINE_IN',
      table: '7',
    });
  });

  it('is none when it is picked up and nothing is told', () => {
    expect(deliveryOf('PICKUP', form({}))).toEqual({ delivery: undefined, problems: {} });
  });

  it.each([
    ['DELIVERY', {}, ['phone', 'recipient', 'address']],
    ['DELIVERY', { ...HOME, phone: 'ring me' }, ['phone']],
    ['PICKUP', { phone: 'x' }, ['phone']],
    ['DINE_IN', {}, ['table']],
  ] as const)('%s with %j is told what is missing or wrong at %j', (kind, texts, fields) => {
    expect(Object.keys(deliveryOf(kind, form(texts)).problems)).toEqual(fields);
  });
});
