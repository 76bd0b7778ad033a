import type { Logger } from '@backstitch/service-kit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { fastify as createFastify } from 'fastify';
import { dashboardFiles } from './dashboard.files.js';

const warnings: unknown[] = [];
const logger = { warn: (...line: unknown[]) => warnings.push(line) } as unknown as Logger;
const fastify = createFastify();

beforeAll(async () => {
  const { sendPage, serveAssets } = dashboardFiles(logger, '/no/such/folder');
  await serveAssets(fastify);
  fastify.setNotFoundHandler((request, reply) => {
    if (!sendPage(request, reply)) void reply.status(404).send({ code: 'ROUTE_NOT_FOUND' });
  });
  await fastify.listen({ host: '127.0.0.1', port: 0 });
});
afterAll(() => fastify.close());

const get = (path: string, accept: string) =>
  fetch(`${fastify.listeningOrigin}${path}`, { headers: { accept } });

describe('a gateway whose pages were not built', () => {
  it('says so to browsers with 503 and what to do, and warns once', async () => {
    const answer = await get('/cart', 'text/html');
    expect(answer.status).toBe(503);
    expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(await answer.text()).toContain('pnpm build');
    expect(warnings).toEqual([[expect.anything(), expect.stringContaining('not built')]]);
  });

  it('answers programs, and addresses of files, as any unknown address', async () => {
    expect((await get('/cart', 'application/json')).status).toBe(404);
    expect((await get('/assets/gone.js', '*/*')).status).toBe(404);
  });
});
