import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { sendRaw, waitFor } from '@backstitch/testkit';
import { get, type NotesApp, notesApp } from '../testing/notes-app.js';

const NOTE = '/api/notes/660facf7-b9cf-417a-8ee1-27afe2fb2c72';

let open: NotesApp;
let internal: NotesApp;
beforeAll(async () => {
  open = await notesApp({}, { isPublic: true });
  internal = await notesApp({});
});
afterAll(() => Promise.all([open.close(), internal.close()]));
beforeEach(() => {
  open.lines.length = 0;
  internal.lines.length = 0;
});

/** The id of the answer, and the line of the log. */
async function asked(app: NotesApp, path: string, given: string) {
  const { answers } = await sendRaw(app.url, get(path, `x-request-id: ${given}\r\n`));
  const line = await waitFor('the line', () =>
    app.lines.find((one) => one.includes('"msg":"request"')),
  );
  const { requestId, clientRequestId } = JSON.parse(line) as Record<string, unknown>;
  return { answered: answers[0]!.headers['x-request-id'], requestId, clientRequestId };
}

describe("an untrusted client's x-request-id", () => {
  it.each([NOTE, '/api/nothing', '/api/notes/%zz'])(
    'is logged as clientRequestId, and never the id of the request: %s',
    async (path) => {
      const { answered, requestId, clientRequestId } = await asked(open, path, 'the-other-one');
      expect(clientRequestId).toBe('the-other-one');
      expect(requestId).toMatch(/^[0-9a-f-]{36}$/);
      expect(answered).toBe(requestId);
    },
  );

  it.each(['x'.repeat(129), 'a b', 'caf\u00e9', ''])(
    'is not logged when it is "%s"',
    async (given) => {
      expect((await asked(open, NOTE, given)).clientRequestId).toBeUndefined();
    },
  );
});

describe('the x-request-id of an app of ours', () => {
  it('is the id of the request', async () => {
    expect(await asked(internal, NOTE, 'made-by-the-gateway')).toEqual({
      answered: 'made-by-the-gateway',
      requestId: 'made-by-the-gateway',
      clientRequestId: undefined,
    });
  });
});
