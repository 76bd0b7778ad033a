import {
  afterOf,
  foreignCursor,
  limitOf,
  nextLink,
  validationProblem,
} from '@backstitch/service-kit';
import {
  cursorOf,
  isUuid,
  pageOf,
  productFilter,
  type ProductView,
} from '@backstitch/shared-types';
import { Controller, Get, Inject, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { CataloguePage } from './catalogue-page.js';
import { CatalogueRepository } from './catalogue.repository.js';

const LIST = 'products';
/** The catalogue is in order of as many characters of the name. */
const ORDERED_BY = 100;

/** The filters and the page, as the client wrote them. */
interface ProductQuery {
  limit?: unknown;
  after?: unknown;
  category?: unknown;
  text?: unknown;
  /** For a cart: these products only. */
  ids?: unknown;
}

/** The public catalogue, a page at a time; the header `Link` says where the next page is. */
@Controller()
export class ProductsController {
  constructor(@Inject(CatalogueRepository) private readonly catalogue: CatalogueRepository) {}

  /** What is not archived. */
  @Get('products')
  products(
    @Query() query: ProductQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ProductView[]> {
    return this.page('/products', query, {}, reply);
  }

  /** Of these, what can be bought now. */
  @Get('menu')
  menu(
    @Query() { limit, after, category }: ProductQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ProductView[]> {
    return this.page('/menu', { limit, after, category }, { onlyOffered: true }, reply);
  }

  private async page(
    path: string,
    query: ProductQuery,
    only: Pick<CataloguePage, 'onlyOffered'>,
    reply: FastifyReply,
  ): Promise<ProductView[]> {
    const limit = limitOf(query.limit);
    const after = afterProduct(query.after);
    const filter = productFilter(query);
    if ('problems' in filter) throw validationProblem(filter.problems);
    const read = await this.catalogue.list({ limit: limit + 1, after, ...filter, ...only });
    const { entries, next } = pageOf(read, limit, cursorBehind);
    if (next !== undefined) {
      const { category, text, ids } = query;
      const nextQuery = { limit: String(limit), after: next, ...present({ category, text, ids }) };
      void reply.header('link', nextLink(path, nextQuery));
    }
    return entries;
  }
}

/** The parameters that the client gave. They were checked: each is a text or absent. */
function present(parameters: Record<string, unknown>): Record<string, string> {
  const isGiven = (entry: [string, unknown]): entry is [string, string] => entry[1] !== undefined;
  return Object.fromEntries(Object.entries(parameters).filter(isGiven));
}

function cursorBehind({ name, id }: ProductView): string {
  return cursorOf(LIST, [Array.from(name).slice(0, ORDERED_BY).join(''), id]);
}

function afterProduct(text: unknown): CataloguePage['after'] {
  const [name, id] = afterOf(LIST, 2, text) ?? [];
  if (name === undefined || id === undefined) return undefined;
  if (!isUuid(id)) throw foreignCursor();
  return { name, id };
}
