import { describe, expect, it } from '@jest/globals';
import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import { ChangeProductDto, CreateProductDto, MoveStockDto } from './product-requests.dto.js';

const wrongFields = (dto: new () => object, body: object) =>
  validateSync(plainToInstance(dto, body), { whitelist: true, forbidNonWhitelisted: true }).map(
    ({ property }) => property,
  );

const NEW = { name: 'Cup', price: '3.50' };

describe('the body of a new product', () => {
  it.each([
    NEW,
    { ...NEW, price: 3.5, description: 'two\nlines', stock: 0, isAvailable: false },
    { ...NEW, category: null, imageUrl: null },
    { ...NEW, category: 'Bar', imageUrl: 'https://images.example/cup.png?size=2' },
  ])('is accepted: %j', (body) => expect(wrongFields(CreateProductDto, body)).toEqual([]));

  it.each([
    [{ price: '1' }, 'name'],
    [{ ...NEW, name: null }, 'name'],
    [{ ...NEW, name: ' ' }, 'name'],
    [{ ...NEW, name: 'a\nb' }, 'name'],
    [{ ...NEW, name: 'x'.repeat(201) }, 'name'],
    [{ name: 'Cup' }, 'price'],
    [{ ...NEW, price: '-1' }, 'price'],
    [{ ...NEW, description: null }, 'description'],
    [{ ...NEW, description: 'a\0' }, 'description'],
    [{ ...NEW, stock: -1 }, 'stock'],
    [{ ...NEW, stock: 1.5 }, 'stock'],
    [{ ...NEW, stock: 1_000_001 }, 'stock'],
    [{ ...NEW, category: '' }, 'category'],
    [{ ...NEW, imageUrl: 'http://images.example/cup.png' }, 'imageUrl'],
    [{ ...NEW, imageUrl: 'javascript:alert(1)' }, 'imageUrl'],
    [{ ...NEW, imageUrl: 'https://me:pw@images.example' }, 'imageUrl'],
    [{ ...NEW, imageUrl: ' https://images.example' }, 'imageUrl'],
    [{ ...NEW, isAvailable: 'yes' }, 'isAvailable'],
    [{ ...NEW, sellerId: 'u:me' }, 'sellerId'],
    [{ ...NEW, id: '660facf7-b9cf-417a-8ee1-27afe2fb2c72' }, 'id'],
  ])('is refused: %j', (body, field) =>
    expect(wrongFields(CreateProductDto, body)).toEqual([field]),
  );
});

describe('the body of a change', () => {
  it.each([
    [{ name: 'Cup' }, 'version'],
    [{ version: 0 }, 'version'],
    [{ version: '1' }, 'version'],
    [{ version: 1, name: null }, 'name'],
    [{ version: 1, price: null }, 'price'],
    [{ version: 1, isAvailable: null }, 'isAvailable'],
    [{ version: 1, stock: 5 }, 'stock'],
  ])('is refused: %j', (body, field) =>
    expect(wrongFields(ChangeProductDto, body)).toEqual([field]),
  );

  it('may remove the category and the image', () => {
    const body = { version: 1, category: null, imageUrl: null };
    expect(wrongFields(ChangeProductDto, body)).toEqual([]);
  });
});

describe('the body of a restock and of a write-off', () => {
  it.each([
    [{ quantity: 0, reason: 'delivery' }, 'quantity'],
    [{ quantity: -3, reason: 'delivery' }, 'quantity'],
    [{ quantity: 1_000_001, reason: 'delivery' }, 'quantity'],
    [{ quantity: 1 }, 'reason'],
    [{ quantity: 1, reason: '\u200b' }, 'reason'],
    [{ quantity: 1, reason: 'a\0b' }, 'reason'],
  ])('is refused: %j', (body, field) => expect(wrongFields(MoveStockDto, body)).toEqual([field]));
});
