import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { ERROR_CODES, httpStatusOf } from './error-codes.js';

function errorsPage(): string {
  return readFileSync(new URL('../../../docs/errors.md', import.meta.url), 'utf8');
}

type Row = readonly [code: string, status: number | undefined];

/** The rows of the page's two tables: what a client may see, and what only the queues see. */
function documented(): { clients: Row[]; queues: Row[] } {
  const [, clients = '', queues = ''] = errorsPage().split(/^## /m);
  return { clients: rowsOf(clients), queues: rowsOf(queues) };
}

function rowsOf(table: string): Row[] {
  const rows = table.matchAll(/^\| <a id="\w+"><\/a>`([A-Z_]+)` \| (\d{3})?/gm);
  return sorted([...rows].map(([, code, status]) => [code!, status ? Number(status) : undefined]));
}

function registered(): Row[] {
  return sorted(
    Object.entries(ERROR_CODES).map(([code, entry]) => [
      code,
      'status' in entry ? entry.status : undefined,
    ]),
  );
}

function sorted(rows: Row[]): Row[] {
  return rows.sort(([one], [other]) => one.localeCompare(other));
}

describe('docs/errors.md', () => {
  it('names every code a client may see once, with its status, and no other', () => {
    expect(documented().clients).toEqual(registered().filter(([, status]) => status));
  });

  it('names every code that only the queues see once, in a table of its own', () => {
    expect(documented().queues).toEqual(registered().filter(([, status]) => !status));
  });

  it('can be linked to by every code, as the type of a problem is', () => {
    for (const code of Object.keys(ERROR_CODES)) {
      expect(errorsPage()).toContain(`<a id="${code.toLowerCase()}"></a>`);
    }
  });

  it('gives a code nobody registered the status of a bug, not of a refusal', () => {
    expect(httpStatusOf('NO_SUCH_CODE')).toBe(500);
    expect(httpStatusOf('PAYMENT_DECLINED')).toBe(402);
  });
});
