import { describe, expect, it } from '@jest/globals';
import { copyOf, copySql } from './columns.js';

const column = (name: string, type: string) => ({ name, type, isMade: false });

describe('copyOf', () => {
  it.each([
    ['saga_id', 'uuid', 'md5(t."saga_id"::text || n)::uuid'],
    ['provider_key', 'text', 'md5(t."provider_key" || n)::uuid::text'],
    ['updated_at', 'timestamp with time zone', 't."updated_at" - shift'],
    ['product_id', 'uuid', 't."product_id"'],
    ['owner', 'uuid', 't."owner"'],
    ['status', 'text', 't."status"'],
    ['input', 'jsonb', 't."input"'],
  ])('of %s (%s) is %s', (name, type, sql) => {
    expect(copyOf(column(name, type))).toBe(sql);
  });
});

describe('copySql', () => {
  it('names every column but those that the database makes', () => {
    const columns = [{ name: 'id', type: 'bigint', isMade: true }, column('status', 'text')];
    const sql = copySql('orders', 'templates.orders', columns, {
      from: 11,
      to: 20,
      copies: 100,
      days: 28,
    });
    expect(sql).toContain('INSERT INTO orders ("status")');
    expect(sql).toContain('generate_series(11, 20) n');
    expect(sql).toContain("interval '28 days' * n / 100");
  });
});
