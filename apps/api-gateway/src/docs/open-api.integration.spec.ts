import { ACCESS_TABLE } from '@backstitch/auth';
import { fileURLToPath } from 'node:url';
import { type AppProcess, startApp } from '@backstitch/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

interface Operation {
  security?: readonly object[];
  responses: Record<string, object>;
}

let gateway: AppProcess;
let paths: Record<string, Record<string, Operation>>;

beforeAll(async () => {
  gateway = await startApp(MAIN, {});
  const answer = await fetch(`${gateway.url}/api/docs-json`);
  ({ paths } = (await answer.json()) as { paths: typeof paths });
});
afterAll(() => gateway.stop());

const rows = ACCESS_TABLE.filter(({ app, route, planned }) => {
  return app === 'api-gateway' && /^\/api\/(?!docs)/.test(route) && !planned;
});
const nameOf = (method: string, path: string) => `${method.toUpperCase()} ${path}`;
const openApiPath = (route: string) => route.replaceAll(/:(\w+)/g, '{$1}');

describe('the OpenAPI document', () => {
  it('has every route of the gateway, and no other', () => {
    const documented = Object.entries(paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => nameOf(method, path)),
    );
    const served = rows.map(({ method, route }) => nameOf(method, openApiPath(route)));
    expect(documented.sort()).toEqual(served.sort());
  });

  it('demands a token where the access table does', () => {
    for (const { method, route, access } of rows) {
      const operation = paths[openApiPath(route)]![method.toLowerCase()]!;
      const security = access.anyone ? undefined : [{ bearer: [] }];
      expect([method, route, operation.security]).toEqual([method, route, security]);
    }
  });

  it('has the problems of a checkout, and where its result will be', () => {
    const problem = { content: { 'application/problem+json': expect.anything() } };
    const going = { headers: { Location: expect.anything() } };
    expect(paths).toMatchObject({
      '/api/checkout': { post: { responses: { 202: going, 503: problem } } },
    });
  });

  it('has a page', async () => {
    const page = await fetch(`${gateway.url}/api/docs`);
    expect(page.status).toBe(200);
    expect(await page.text()).toContain('swagger-ui');
    const script = await fetch(`${gateway.url}/api/docs/swagger-ui-bundle.js`);
    expect(script.status).toBe(200);
    await script.arrayBuffer();
  });
});
