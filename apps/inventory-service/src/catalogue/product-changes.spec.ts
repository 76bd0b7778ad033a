import { describe, expect, it } from '@jest/globals';
import { changedDetails, newDetails, type OwnProduct, stockChange } from './product-changes.js';

const DIGITS = 2;
const CUP: OwnProduct = {
  id: 'cup',
  name: 'Cup',
  description: 'Blue',
  price: '3.50',
  category: 'Bar',
  imageUrl: null,
  isAvailable: true,
  version: 4,
  stock: 10,
  isArchived: false,
};
const problem = (code: string) => expect.objectContaining({ code });

describe('the details of a new product', () => {
  it('have a default for what the seller does not name', () => {
    expect(newDetails({ name: 'Pot', price: 12 }, DIGITS)).toEqual({
      name: 'Pot',
      description: '',
      price: '12.00',
      category: null,
      imageUrl: null,
      isAvailable: true,
    });
  });

  it.each([
    ['0', 2],
    ['3.505', 2],
    ['10000000', 2],
    ['3.50', 0],
  ])('have no price of %s with %i decimals', (price, digits) => {
    const make = () => newDetails({ name: 'Pot', price }, digits);
    expect(make).toThrow(
      expect.objectContaining({ message: expect.stringMatching(/^price must/) }),
    );
  });
});

describe('the details after a change', () => {
  it('keep what is absent, and lose what is null', () => {
    const change = { version: 4, category: null, isAvailable: false };
    expect(changedDetails(CUP, change, DIGITS)).toMatchObject({
      name: 'Cup',
      description: 'Blue',
      price: '3.50',
      category: null,
      isAvailable: false,
    });
    expect(changedDetails(CUP, { version: 4, description: '' }, DIGITS).description).toBe('');
  });

  it.each([3, 5])('of version %i are refused when the product is at version 4', (version) => {
    const change = () => changedDetails(CUP, { version, name: 'Mug' }, DIGITS);
    expect(change).toThrow(problem('PRODUCT_CHANGED'));
  });

  it('of an archived product are refused', () => {
    const archived = { ...CUP, isArchived: true };
    const change = () => changedDetails(archived, { version: 4, name: 'Mug' }, DIGITS);
    expect(change).toThrow(problem('PRODUCT_UNAVAILABLE'));
  });
});

describe('the change of a stock', () => {
  it('is what was asked, up to what is there', () => {
    expect(stockChange('RESTOCK', 5, CUP)).toBe(5);
    expect(stockChange('WRITE_OFF', 10, CUP)).toBe(-10);
    expect(stockChange('WRITE_OFF', 10, { ...CUP, isArchived: true })).toBe(-10);
  });

  it('is refused beyond it, and beyond what fits the column', () => {
    expect(() => stockChange('WRITE_OFF', 11, CUP)).toThrow(problem('INSUFFICIENT_STOCK'));
    const full = { ...CUP, stock: 999_999_999 };
    expect(stockChange('RESTOCK', 1, full)).toBe(1);
    expect(() => stockChange('RESTOCK', 2, full)).toThrow(problem('VALIDATION_FAILED'));
    const archived = { ...CUP, isArchived: true };
    expect(() => stockChange('RESTOCK', 1, archived)).toThrow(problem('PRODUCT_UNAVAILABLE'));
  });
});
