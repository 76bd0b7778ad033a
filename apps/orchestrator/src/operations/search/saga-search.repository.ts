import type { Database } from '@backstitch/service-kit';
import {
  type FoundSagaView,
  isUuid,
  type SagaGroupView,
  type SagaSearch,
} from '@backstitch/shared-types';
import { cursorBefore } from '../before-place.js';
import { SAGA_SEARCH, type SagaSearchPage } from './saga-search-query.js';
import {
  FROM_THE_NEWEST,
  LOOKED_MAX,
  NAMED,
  OF_KEY,
  searchSql,
  SINCE_EVER,
  type Source,
} from './saga-search.sql.js';

interface Row {
  sagas: FoundSagaView[];
  groups: SagaGroupView[];
  matched: number;
  looked: number;
  oldestAt: string | null;
  oldestId: string | null;
}

/** Finds sagas. A request reads at most 20,000 rows, and says how far it looked. */
export class SagaSearchRepository {
  constructor(private readonly database: Pick<Database, 'query'>) {}

  async find(page: SagaSearchPage): Promise<SagaSearch> {
    const named = page.q === undefined ? [] : await this.named(page.q);
    // What no id names may be a user: then the newest sagas are looked through.
    const user = named.length === 0 ? page.q : undefined;
    const source = named.length > 0 ? 'named' : sourceOf(page);
    const { before = FROM_THE_NEWEST, since = SINCE_EVER, status, is, code, step, limit } = page;
    const filters = [user, status, is, code, step].map((value) => value ?? null);
    const values: unknown[] = [before.at, before.id, since, ...filters];
    if (source === 'named') values.push(named);
    values.push(limit);
    const [row] = await this.database.query<Row & Record<string, unknown>>({
      name: `saga_search_${source}`,
      text: searchSql(source, values.length),
      values,
    });
    return answerOf(row!, limit);
  }

  private async named(q: string): Promise<string[]> {
    const byKey = { name: 'saga_search_key', text: OF_KEY, values: [q] };
    const byId = { name: 'saga_search_id', text: NAMED, values: [q] };
    const found = await Promise.all([
      this.database.query<{ saga_id: string }>(byKey),
      isUuid(q) ? this.database.query<{ saga_id: string }>(byId) : [],
    ]);
    return [...new Set(found.flat().map(({ saga_id: id }) => id))];
  }
}

function sourceOf({ is, status }: SagaSearchPage): Source {
  if (is === 'waiting' || status === 'WAITING') return 'waiting';
  const isOpen = status === 'RUNNING' || status === 'COMPENSATING';
  return is !== undefined || isOpen ? 'unfinished' : 'all';
}

function answerOf(row: Row, limit: number): SagaSearch {
  const { sagas, groups, matched, looked, oldestAt, oldestId } = row;
  const isCut = looked === LOOKED_MAX;
  const last = sagas.at(-1);
  const place =
    matched > limit && last
      ? { at: last.createdAt, id: last.sagaId }
      : isCut && oldestAt !== null && oldestId !== null
        ? { at: oldestAt, id: oldestId }
        : undefined;
  return {
    sagas,
    groups,
    matched,
    next: place ? cursorBefore(SAGA_SEARCH, place) : null,
    lookedUntil: isCut ? oldestAt : null,
  };
}
