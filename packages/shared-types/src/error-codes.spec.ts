import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { ERROR_CODES, httpStatusOf } from './error-codes.js';

function errorsPage(): string {
  return readFileSync(new URL('../../../docs/errors.md', import.meta.url), 'utf8');
}

/** `code` → status of the page's rows; undefined for the codes that never leave the queues. */
function documented(): Map<string, number | undefined> {
  const rows = errorsPage().matchAll(/^\| <a id="\w+"><\/a>`([A-Z_]+)` \| (\d{3})?/gm);
  return new Map([...rows].map(([, code, status]) => [code!, status ? Number(status) : undefined]));
}

describe('docs/errors.md', () => {
  it('names every code of the registry with its status, and no other', () => {
    const registered = Object.entries(ERROR_CODES).map(
      ([code, entry]) => [code, 'status' in entry ? entry.status : undefined] as const,
    );
    expect(Object.fromEntries(documented())).toEqual(Object.fromEntries(registered));
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
