import type { Logger } from '@backstitch/service-kit';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isPageRequest } from './page-request.js';

/** The pages load from this origin only, and may be framed by no page. */
const PAGE_POLICY = [
  "default-src 'self'",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');
const YEAR_S = 365 * 24 * 60 * 60;
const NOT_BUILT = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Backstitch</title>
<h1>The pages are not built</h1>
<p>The API works. Run <code>pnpm build</code>, then start the gateway again.</p></html>`;

export interface DashboardFiles {
  /** See EdgeOptions. */
  sendPage: (request: FastifyRequest, reply: FastifyReply) => boolean;
  serveAssets: (fastify: FastifyInstance) => Promise<void>;
}

/**
 * The built pages. There is one page; it shows what its address names. Its files have the hash of
 * their content in their names. Without a build, the page says so, and the API works.
 */
export function dashboardFiles(logger: Logger, folder = builtFolder()): DashboardFiles {
  const file = join(folder, 'index.html');
  const page = existsSync(file) ? readFileSync(file) : undefined;
  if (!page) logger.warn({ folder }, 'the pages are not built: run `pnpm build`');
  return {
    sendPage: (request, reply) => {
      const { method, url, headers } = request;
      if (!isPageRequest({ method, url, accept: headers.accept })) return false;
      void reply
        .status(page ? 200 : 503)
        .header('content-type', 'text/html; charset=utf-8')
        .header('content-security-policy', PAGE_POLICY)
        // Asked for each time, so that the page names the files of the running build.
        .header('cache-control', 'no-cache')
        .header('vary', 'accept')
        .send(page ?? NOT_BUILT);
      return true;
    },
    serveAssets: async (fastify) => {
      await fastify.register(fastifyStatic, {
        root: join(folder, 'assets'),
        prefix: '/assets/',
        decorateReply: false,
        index: false,
        preCompressed: true,
        cacheControl: false,
        setHeaders: (reply) => {
          void reply.header('cache-control', `public, max-age=${YEAR_S}, immutable`);
        },
      });
    },
  };
}

function builtFolder(): string {
  const manifest = fileURLToPath(import.meta.resolve('@backstitch/dashboard/package.json'));
  return join(dirname(manifest), 'dist');
}
