import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ERROR_CODES } from '@backstitch/shared-types';
import { type NotesApp, notesApp } from '../testing/notes-app.js';

let app: NotesApp;
beforeAll(async () => {
  app = await notesApp({});
});
afterAll(() => app.close());

const page = async (path: string, accept?: string) => {
  const answer = await fetch(app.url + path, { headers: accept === undefined ? {} : { accept } });
  const text = await answer.text();
  return { status: answer.status, type: answer.headers.get('content-type'), text };
};

describe('the type of a problem', () => {
  it('leads to a page that explains it', async () => {
    const answer = await fetch(`${app.url}/api/nothing`);
    const { type } = (await answer.json()) as { type: string };
    const { status, text } = await page(type);
    expect(status).toBe(200);
    expect(text).toContain('ROUTE_NOT_FOUND: There is no route for this address');
    expect(text).toContain('What to do: See `/api/docs`. In production it needs `API_DOCS=on`.');
  });

  it.each(Object.entries(ERROR_CODES))('leads to a page for %s', async (code, entry) => {
    const { status, text } = await page(`/problems/${code.toLowerCase()}`);
    expect(status).toBe(200);
    expect(text).toContain(`${code}: ${entry.title}`);
    expect(text).toContain('status' in entry ? `HTTP status ${entry.status}` : 'queues');
    expect(text).toMatch(/What happened: \S/);
  });

  it.each([
    [undefined, 'text/plain; charset=utf-8'],
    ['*/*', 'text/plain; charset=utf-8'],
    ['text/html,application/xhtml+xml;q=0.9,*/*;q=0.8', 'text/html; charset=utf-8'],
    ['text/html;q=0.1, text/plain', 'text/plain; charset=utf-8'],
    ['application/json', 'text/plain; charset=utf-8'],
  ])('leads to a page of the kind that is accepted: %s', async (accept, type) => {
    expect((await page('/problems/rate_limited', accept)).type).toBe(type);
  });

  it('leads to HTML with the code marked up', async () => {
    const { text } = await page('/problems/action_refused', 'text/html');
    expect(text).toContain('<h1>ACTION_REFUSED: This action is not allowed now</h1>');
    expect(text).toContain('<code>detail</code>');
  });

  it.each(['/problems/no_such_code', '/problems/', '/problems/constructor', '/problems/%3Cb%3E'])(
    'leads nowhere at %s, which no problem names',
    async (path) => {
      expect(await page(path, 'text/html')).toMatchObject({
        status: 404,
        type: 'application/problem+json; charset=utf-8',
      });
    },
  );
});
