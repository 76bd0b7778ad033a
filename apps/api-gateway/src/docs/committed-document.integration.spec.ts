import { type AppProcess, startApp } from '@backstitch/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const COMMITTED = new URL('../../openapi.json', import.meta.url);

let gateway: AppProcess;
beforeAll(async () => {
  gateway = await startApp(MAIN, { IDENTITY_URL: 'http://127.0.0.1:1' });
});
afterAll(() => gateway.stop());

describe('openapi.json', () => {
  it('is the document of the running gateway; UPDATE_OPENAPI=1 writes it', async () => {
    const document: unknown = await (await fetch(`${gateway.url}/api/docs-json`)).json();
    const text = `${JSON.stringify(document, undefined, 2)}\n`;
    if (process.env['UPDATE_OPENAPI']) writeFileSync(COMMITTED, text);
    expect(JSON.parse(readFileSync(COMMITTED, 'utf8'))).toEqual(document);
  });
});
