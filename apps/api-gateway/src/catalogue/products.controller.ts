import { afterOf, limitOf, validationProblem } from '@backstitch/service-kit';
import { productFilter } from '@backstitch/shared-types';
import { Controller, Get, Inject, Query, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiQuery, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Admission } from '../admission/admission.js';
import { ProductAnswer } from '../docs/answers.js';
import { ApiProblems } from '../docs/api-problems.js';
import type { UpstreamAnswer } from '../orchestrators/exchange.js';
import { relayQuery } from '../orchestrators/orchestrators.relay.js';
import { InventoryClient } from '../services/inventory.client.js';
import { etagOf, isKnown } from './if-none-match.js';

const text = { type: 'string' } as const;
const PAGE_HEADERS = {
  ETag: { description: 'For If-None-Match', schema: text },
  Link: {
    description: 'The next page (rel="next"); absent on the last page',
    schema: text,
  },
};

/** The filters and the page, as the client wrote them. */
interface ProductQuery {
  limit?: unknown;
  after?: unknown;
  category?: unknown;
  text?: unknown;
}

const LIMIT = { name: 'limit', required: false, description: '1 to 100 [100]' };
const AFTER = { name: 'after', required: false, description: 'The cursor from the Link of a page' };
const CATEGORY = { name: 'category', required: false, description: 'Only products of this one' };
const TEXT = {
  name: 'text',
  required: false,
  description: 'Only products with these words, or words that begin so, in name or description',
};

/**
 * The public catalogue, a page at a time, from inventory-service. A client that has the page already
 * gets 304.
 */
@ApiTags('catalogue')
@Controller()
export class ProductsController {
  constructor(
    @Inject(InventoryClient) private readonly inventory: InventoryClient,
    @Inject(Admission) private readonly admission: Admission,
  ) {}

  @Get('products')
  @ApiOperation({ summary: 'The catalogue by name with the available stock, a page at a time' })
  @ApiQuery(LIMIT)
  @ApiQuery(AFTER)
  @ApiQuery(CATEGORY)
  @ApiQuery(TEXT)
  @ApiResponse({ status: 200, type: [ProductAnswer], headers: PAGE_HEADERS, description: 'A page' })
  @ApiResponse({ status: 304, description: 'If-None-Match has the entity tag of this page' })
  @ApiProblems({ 400: 'No such page or filter', 503: 'Cannot be read now' })
  products(
    @Query() query: ProductQuery,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.page(pathOf('/products', query), request, reply);
  }

  @Get('menu')
  @ApiOperation({ summary: 'Of the catalogue, what can be bought now, a page at a time' })
  @ApiQuery(LIMIT)
  @ApiQuery(AFTER)
  @ApiQuery(CATEGORY)
  @ApiResponse({ status: 200, type: [ProductAnswer], headers: PAGE_HEADERS, description: 'A page' })
  @ApiResponse({ status: 304, description: 'If-None-Match has the entity tag of this page' })
  @ApiProblems({ 400: 'No such page or filter', 503: 'Cannot be read now' })
  menu(
    @Query() { limit, after, category }: ProductQuery,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.page(pathOf('/menu', { limit, after, category }), request, reply);
  }

  private async page(path: string, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const headers = { 'x-request-id': request.id };
    const forwarded = await this.admission.query(() =>
      this.inventory.forward({ method: 'GET', path, headers }),
    );
    const page = forwarded.kind === 'answered' ? forwarded.answer : undefined;
    if (page?.status !== 200) return relayQuery(forwarded, request, reply);
    const etag = describePage(page, reply);
    if (!isKnown(etag, request.headers['if-none-match']))
      return relayQuery(forwarded, request, reply);
    void reply.status(304).send();
  }
}

/** Throws 400. The query to inventory-service contains only what is checked here. */
function pathOf(path: string, { limit, after, category, text }: ProductQuery): string {
  const query = new URLSearchParams();
  if (limit !== undefined) query.set('limit', String(limitOf(limit)));
  afterOf('products', 2, after);
  const filter = productFilter({ category, text });
  if ('problems' in filter) throw validationProblem(filter.problems);
  for (const [name, value] of Object.entries({ after, category, text })) {
    if (typeof value === 'string') query.set(name, value);
  }
  return query.size === 0 ? path : `${path}?${query.toString()}`;
}

function describePage({ body, headers }: UpstreamAnswer, reply: FastifyReply): string {
  const etag = etagOf(body);
  void reply.header('etag', etag);
  // The available stock changes all the time, so the client has to revalidate each time.
  void reply.header('cache-control', 'no-cache');
  const { link } = headers;
  if (typeof link === 'string') void reply.header('link', link.replace('</', '</api/'));
  return etag;
}
