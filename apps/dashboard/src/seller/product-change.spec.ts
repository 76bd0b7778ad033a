import { describe, expect, it } from '@jest/globals';
import { changedMeanwhile, changeOf, type ProductText } from './product-change.js';

const LAMP: ProductText = {
  name: 'Lamp',
  description: 'Bright',
  price: '19.99',
  category: 'Home',
  imageUrl: '',
  isAvailable: true,
};

describe('a change of a product', () => {
  it('has only what differs, and removes what was emptied', () => {
    expect(changeOf(LAMP, LAMP)).toEqual({});
    expect(changeOf(LAMP, { ...LAMP, price: '18', category: '', isAvailable: false })).toEqual({
      price: '18',
      category: null,
      isAvailable: false,
    });
    expect(changeOf(LAMP, { ...LAMP, description: '' })).toEqual({ description: '' });
  });

  it('that was overtaken is told what the other one did', () => {
    const now = { ...LAMP, price: '25.00', category: '', isAvailable: false };
    expect(changedMeanwhile(LAMP, now)).toEqual([
      'Price: “19.99” became “25.00”',
      'Category: “Home” became nothing',
      'Offered: yes became no',
    ]);
  });
});
