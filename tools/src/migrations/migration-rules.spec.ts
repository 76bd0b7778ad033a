import { readdirSync, readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { loadModule, type Node, parseSync } from 'libpg-query';
import { LANDED_BEFORE_THE_RULES } from './landed-migrations.js';
import { phaseOf, refusals, type Phase } from './migration-rules.js';

const APPS = new URL('../../../apps/', import.meta.url);

const parsed = (sql: string): Node[] =>
  (parseSync(sql).stmts ?? []).flatMap(({ stmt }) => (stmt ? [stmt] : []));
const refused = (sql: string, phase: Phase = 'expand') => refusals(phase, parsed(sql));

beforeAll(() => loadModule());

describe('a migration that an app of the release before could not live with', () => {
  it.each([
    ['DROP TABLE orders', 'drops a table: contract'],
    ['DROP VIEW v', 'drops a view: contract'],
    ['DROP FUNCTION book_stock()', 'drops a function: contract'],
    ['ALTER TABLE orders DROP COLUMN user_id', 'drops the column user_id: contract'],
    ['ALTER TABLE orders RENAME COLUMN user_id TO customer', 'renames: '],
    ['ALTER TABLE orders RENAME TO purchases', 'renames: '],
    ['ALTER TABLE orders SET SCHEMA shop', 'renames: '],
    [
      'ALTER TABLE products ALTER price TYPE numeric(18,2)',
      'changes the type of price: add a column of the new type instead',
    ],
    ['ALTER TABLE orders ADD COLUMN a int NOT NULL', 'adds a NOT NULL without a default'],
    ['ALTER TABLE orders ALTER user_id SET NOT NULL', 'sets user_id NOT NULL, '],
    ['ALTER TABLE orders ALTER version DROP DEFAULT', 'drops the default of version: contract'],
    ['TRUNCATE orders', 'removes rows: contract'],
    ['DELETE FROM orders WHERE user_id IS NULL', 'removes rows: contract'],
  ])('is refused, unless it contracts: %s', (sql, why) => {
    expect(refused(sql)).toEqual([expect.stringContaining(why)]);
    expect(refused(sql, 'contract')).toEqual([]);
  });
});

describe('a migration that would lock a table for long', () => {
  it.each([
    ['CREATE INDEX orders_user ON orders (user_id)', 'makes orders_user without CONCURRENTLY'],
    ['DROP INDEX orders_user', 'drops an index without CONCURRENTLY'],
    ['REINDEX TABLE orders', 'makes an index anew without CONCURRENTLY'],
    ['ALTER TABLE orders ADD CONSTRAINT c CHECK (version > 0)', 'adds c without NOT VALID'],
    [
      'ALTER TABLE orders ADD CONSTRAINT c FOREIGN KEY (id) REFERENCES o (id)',
      'adds c without NOT VALID',
    ],
    [
      'ALTER TABLE orders ADD CONSTRAINT c UNIQUE (user_id)',
      'adds c without an index made CONCURRENTLY',
    ],
    [
      'ALTER TABLE orders ADD COLUMN a uuid NOT NULL DEFAULT gen_random_uuid()',
      'adds a with a value that rewrites the table',
    ],
    [
      'ALTER TABLE orders ADD COLUMN a int GENERATED ALWAYS AS (version + 1) STORED',
      'adds a with a value that rewrites the table',
    ],
    ['ALTER TABLE orders ADD COLUMN a int UNIQUE', 'adds a without an index made CONCURRENTLY'],
    ['ALTER TABLE orders SET LOGGED', 'rewrites a table'],
    ['CLUSTER orders', 'rewrites a table'],
    ['UPDATE orders SET version = 1', 'updates every row in one transaction'],
    ['LOCK TABLE orders', 'locks a table'],
    ['DO $$ BEGIN NULL; END $$', 'has a DO block, into which this check cannot look'],
  ])('is refused in every release: %s', (sql, why) => {
    expect(refused(sql)).toEqual([why]);
    expect(refused(sql, 'contract')).toEqual([why]);
  });

  it('is refused when CONCURRENTLY does not stand alone', () => {
    const sql = 'CREATE INDEX CONCURRENTLY a ON orders (user_id); ALTER TABLE orders ADD b int';
    expect(refused(sql)).toEqual([
      'CONCURRENTLY runs outside a transaction: it stands alone in its file',
    ]);
  });

  it('is refused for each of its reasons, in whatever letters and comments it is written', () => {
    const sql = '/* x */ alter table "orders" drop column a, /* y */ alter b type text;';
    expect(refused(sql)).toHaveLength(2);
  });
});

describe('a migration that keeps to every rule', () => {
  it.each([
    'ALTER TABLE orders ADD COLUMN note text',
    `ALTER TABLE orders ADD COLUMN note text NOT NULL DEFAULT ''`,
    'ALTER TABLE orders ADD COLUMN at timestamptz NOT NULL DEFAULT now()',
    'CREATE INDEX CONCURRENTLY a ON orders (user_id)',
    'DROP INDEX CONCURRENTLY a',
    'ALTER TABLE orders ADD CONSTRAINT c CHECK (version > 0) NOT VALID',
    'ALTER TABLE orders VALIDATE CONSTRAINT c',
    'ALTER TABLE orders ADD CONSTRAINT c UNIQUE USING INDEX a',
    'ALTER TABLE orders ALTER user_id DROP NOT NULL',
    'CREATE TABLE new (id int PRIMARY KEY, a int NOT NULL); CREATE INDEX b ON new (a)',
    'CREATE TABLE new (id int); ALTER TABLE new ADD CONSTRAINT c CHECK (id > 0)',
    'CREATE OR REPLACE FUNCTION f() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$',
    'UPDATE orders SET version = 1 WHERE version IS NULL',
  ])('passes: %s', (sql) => {
    expect(refused(sql)).toEqual([]);
  });
});

describe('the first line of a migration', () => {
  it('says when it may run', () => {
    expect(phaseOf('-- expand\nSELECT 1')).toBe('expand');
    expect(phaseOf('-- contract 1.4.0\nSELECT 1')).toBe('contract');
  });

  it.each(['SELECT 1', '-- contract\nSELECT 1', '-- expands', 'SELECT 1; -- expand', '\n-- expand'])(
    'must be one of the two: %j',
    (sql) => expect(phaseOf(sql)).toBeUndefined(),
  );
});

describe('every migration of every app', () => {
  const files = readdirSync(APPS).flatMap((app) => {
    const folder = new URL(`${app}/migrations/`, APPS);
    try {
      return readdirSync(folder)
        .filter((file) => file.endsWith('.sql'))
        .map((file) => ({ name: `${app}/${file}`, url: new URL(file, folder) }));
    } catch {
      return []; // an app without a database
    }
  });

  it('that came after the rules keeps them', () => {
    const newer = files.filter(({ name }) => !LANDED_BEFORE_THE_RULES.includes(name));
    const why = newer.flatMap(({ name, url }) => {
      const sql = readFileSync(url, 'utf8');
      const phase = phaseOf(sql);
      if (!phase) return [`${name}: begins neither with "-- expand" nor "-- contract <release>"`];
      return refused(sql, phase).map((each) => `${name}: ${each}`);
    });
    expect(why).toEqual([]);
  });

  it('that stood before the rules is still there', () => {
    const names = files.map(({ name }) => name);
    expect(LANDED_BEFORE_THE_RULES.filter((each) => !names.includes(each))).toEqual([]);
  });
});
