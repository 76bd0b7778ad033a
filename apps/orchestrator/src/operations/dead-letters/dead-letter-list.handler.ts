import {
  COMMAND_QUEUES,
  cursorOf,
  type DeadLetterList,
  type DeadLetterView,
} from '@backstitch/shared-types';
import { Asked, type DeadLetterAssessor } from './dead-letter-assessor.client.js';
import { DEAD_LETTERS, type DeadLetterPage } from './dead-letter-query.js';
import { deadLetterViewOf } from './dead-letter-view.js';
import type { DeadLettersRepository, StoredDeadLetter } from './dead-letters.repository.js';

/** Rows that are read and assessed at once. */
const AT_ONCE = 20;
/** Rows that are assessed for one page: of a class there may be few among many others. */
const ASSESSED_MAX = 500;

/** Shows dead letters page by page, the oldest first, each with what may be done with it now. */
export class DeadLetterListHandler {
  constructor(
    private readonly parts: { deadLetters: DeadLettersRepository; assessor: DeadLetterAssessor },
  ) {}

  /**
   * Of a class there may be fewer on a page than asked for, although a next page follows: where a
   * saga stands is asked for each row, and not for more than 500 of them at a time.
   */
  async list(page: DeadLetterPage): Promise<DeadLetterList> {
    const { filter, limit } = page;
    const deadLetters: DeadLetterView[] = [];
    const asked = new Asked();
    let last = page.after;
    for (let seen = 0; deadLetters.length < limit && seen < ASSESSED_MAX; ) {
      const wanted = page.class === undefined ? limit - deadLetters.length : AT_ONCE;
      const atOnce = Math.min(AT_ONCE, wanted);
      const rows = await this.parts.deadLetters.page(filter, atOnce, last);
      for (const { stored, view } of await this.assessed(rows, asked)) {
        if (deadLetters.length === limit) break;
        last = stored.seq;
        if (page.class === undefined || view.class === page.class) deadLetters.push(view);
      }
      seen += rows.length;
      if (rows.length < atOnce) break;
    }
    const behind = await this.parts.deadLetters.countsBehind(filter, last);
    const queues = filter.queue === undefined ? Object.values(COMMAND_QUEUES) : [filter.queue];
    const more = { ...Object.fromEntries(queues.map((queue) => [queue, 0])), ...behind };
    const isMore = Object.values(behind).some((count) => count > 0);
    const next = isMore && last ? cursorOf(DEAD_LETTERS, [filter.queue ?? '', last]) : null;
    return { deadLetters, more, next };
  }

  private async assessed(rows: readonly StoredDeadLetter[], asked: Asked) {
    const { deadLetters, assessor } = this.parts;
    const assessed = await assessor.assessAll(rows, asked);
    const seen = rows.map((stored, at) => ({
      stored,
      view: deadLetterViewOf(stored, assessed[at]!),
    }));
    const changed = seen.filter(({ stored, view }) => stored.class !== view.class);
    await deadLetters.keepClasses(
      new Map(changed.map(({ stored, view }) => [stored.id, view.class])),
    );
    return seen;
  }
}
