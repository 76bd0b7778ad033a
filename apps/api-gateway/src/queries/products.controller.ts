import { afterOf, limitOf } from '@backstitch/service-kit';
import { Controller, Get, Inject, Query, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiQuery, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Admission } from '../admission/admission.js';
import { ProductAnswer } from '../docs/answers.js';
import { ApiProblems } from '../docs/api-problems.js';
import type { UpstreamAnswer } from '../orchestrators/exchange.js';
import { Orchestrators } from '../orchestrators/orchestrators.client.js';
import { relayQuery } from '../orchestrators/orchestrators.relay.js';
import { etagOf, isKnown } from './if-none-match.js';

const text = { type: 'string' } as const;
const PAGE_HEADERS = {
  ETag: { description: 'For If-None-Match', schema: text },
  Link: {
    description: 'The next page (rel="next"); absent on the last page',
    schema: text,
  },
};

/** The public catalogue, a page at a time. A client that has the page already gets 304. */
@ApiTags('queries')
@Controller('products')
export class ProductsController {
  constructor(
    @Inject(Orchestrators) private readonly orchestrators: Orchestrators,
    @Inject(Admission) private readonly admission: Admission,
  ) {}

  @Get()
  @ApiOperation({ summary: 'The catalogue by name with the available stock, a page at a time' })
  @ApiQuery({ name: 'limit', required: false, description: '1 to 100 [100]' })
  @ApiQuery({ name: 'after', required: false, description: 'The cursor from the Link of a page' })
  @ApiResponse({ status: 200, type: [ProductAnswer], headers: PAGE_HEADERS, description: 'A page' })
  @ApiResponse({ status: 304, description: 'If-None-Match has the entity tag of this page' })
  @ApiProblems({ 400: 'No such page', 503: 'Cannot be read now' })
  async products(
    @Query('limit') limit: unknown,
    @Query('after') after: unknown,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const path = pathOf(limit, after);
    const headers = { 'x-request-id': request.id };
    const forwarded = await this.admission.query(() =>
      this.orchestrators.forward({ method: 'GET', path, headers }),
    );
    const page = forwarded.kind === 'answered' ? forwarded.answer : undefined;
    if (page?.status !== 200) return relayQuery(forwarded, request, reply);
    const etag = describePage(page, reply);
    if (!isKnown(etag, request.headers['if-none-match']))
      return relayQuery(forwarded, request, reply);
    void reply.status(304).send();
  }
}

/** Throws 400. The query to the orchestrator contains only what is checked here. */
function pathOf(limit: unknown, after: unknown): string {
  const query = new URLSearchParams();
  if (limit !== undefined) query.set('limit', String(limitOf(limit)));
  afterOf('products', 2, after);
  if (typeof after === 'string') query.set('after', after);
  return query.size === 0 ? '/products' : `/products?${query.toString()}`;
}

function describePage({ body, headers }: UpstreamAnswer, reply: FastifyReply): string {
  const etag = etagOf(body);
  void reply.header('etag', etag);
  // The available stock changes all the time, so the client has to revalidate each time.
  void reply.header('cache-control', 'no-cache');
  const { link } = headers;
  if (typeof link === 'string')
    void reply.header('link', link.replace('</products', '</api/products'));
  return etag;
}
