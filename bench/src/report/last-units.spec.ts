import { describe, expect, it } from '@jest/globals';
import { wrongWithLastUnits, type LastUnits } from './last-units.js';

const EXACT: LastUnits = {
  buyers: 800,
  units: 500,
  stockLeft: 0,
  sold: 500,
  confirmed: 500,
  answered: { 200: 500, 409: 300 },
};

describe('wrongWithLastUnits', () => {
  it('finds nothing when every unit went to a buyer who was told so', () => {
    expect(wrongWithLastUnits(EXACT)).toEqual([]);
  });

  it('takes it well when some were told to wait', () => {
    expect(wrongWithLastUnits({ ...EXACT, answered: { 200: 490, 202: 15, 409: 295 } })).toEqual([]);
  });

  it.each<[string, Partial<LastUnits>]>([
    ['a unit sold twice', { sold: 501, confirmed: 501, answered: { 200: 501 } }],
    ['a unit left over', { stockLeft: 1, sold: 499, confirmed: 499, answered: { 200: 499 } }],
    ['an order without its unit', { confirmed: 501, answered: { 200: 501 } }],
    ['a unit without its order', { confirmed: 499, answered: { 200: 499 } }],
    ['a buyer who was promised too much', { answered: { 200: 501 } }],
    ['a buyer who was refused and served', { answered: { 200: 499, 409: 301 } }],
  ])('finds %s', (_, wrong) => {
    expect(wrongWithLastUnits({ ...EXACT, ...wrong })).not.toEqual([]);
  });
});
