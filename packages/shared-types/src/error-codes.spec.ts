import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { ERROR_CODES, httpStatusOf } from './error-codes.js';

function errorsPage(): string {
  return readFileSync(new URL('../../../docs/errors.md', import.meta.url), 'utf8');
}

type Row = readonly [code: string, status: number | undefined];

/** The rows of the page's tables: codes for clients, for operators, and for the queues. */
function documented(): { clients: Row[]; operators: Row[]; queues: Row[] } {
  const [, clients = '', operators = '', queues = ''] = errorsPage().split(/^## /m);
  return { clients: rowsOf(clients), operators: rowsOf(operators), queues: rowsOf(queues) };
}

function rowsOf(table: string): Row[] {
  const rows = table.matchAll(/^\| <a id="\w+"><\/a>`([A-Z_]+)` \| (\d{3})?/gm);
  return sorted([...rows].map(([, code, status]) => [code!, status ? Number(status) : undefined]));
}

function registered({ operators }: { operators: boolean }): Row[] {
  const entries = Object.entries(ERROR_CODES);
  return sorted(
    entries
      .filter(([, entry]) => 'operators' in entry === operators)
      .map(([code, entry]) => [code, 'status' in entry ? entry.status : undefined]),
  );
}

function sorted(rows: Row[]): Row[] {
  return rows.sort(([one], [other]) => one.localeCompare(other));
}

describe('docs/errors.md', () => {
  it('has each code of client answers once, with its status, and no other code', () => {
    const rows = registered({ operators: false });
    expect(documented().clients).toEqual(rows.filter(([, status]) => status));
  });

  it('has each code of operator endpoints once, with its status, in a separate table', () => {
    expect(documented().operators).toEqual(registered({ operators: true }));
  });

  it('has each code of the queues once, in a separate table', () => {
    const rows = registered({ operators: false });
    expect(documented().queues).toEqual(rows.filter(([, status]) => !status));
  });

  it('has an anchor for every code', () => {
    for (const code of Object.keys(ERROR_CODES)) {
      expect(errorsPage()).toContain(`<a id="${code.toLowerCase()}"></a>`);
    }
  });

  it('defines status 500 for a code that is not registered', () => {
    expect(httpStatusOf('NO_SUCH_CODE')).toBe(500);
    expect(httpStatusOf('PAYMENT_DECLINED')).toBe(402);
  });
});
