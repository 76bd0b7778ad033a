import type { DeadLetter, DeadLetterQueues, HeldDeadLetter } from '@backstitch/messaging';
import { ConfirmLost, deadLetterNote } from '@backstitch/messaging';
import { foreignCursor, type Logger, Problem } from '@backstitch/service-kit';
import {
  COMMAND_QUEUES,
  cursorOf,
  type DeadLetterDone,
  type DeadLetterList,
  type DeadLetterView,
  type WholeDeadLetterView,
} from '@backstitch/shared-types';
import { letterIds, queueOfId } from './letter-id.js';
import { bodyOf, letterViewOf, wholeLetterViewOf } from './letter-view.js';
import type { AssessedLetter, LettersClient } from './letters.client.js';
import type { ActionRecord, OperatorActions } from './operator-actions.repository.js';
import type { ReplayRequest } from './operator-request.dto.js';
import type { QueueLocks } from './queue-locks.repository.js';

export interface DeadLettersParts {
  queues: DeadLetterQueues;
  letters: LettersClient;
  actions: OperatorActions;
  locks: QueueLocks;
  logger: Logger;
}

type LetterAction = 'replay' | 'discard';
const QUEUES: readonly string[] = Object.values(COMMAND_QUEUES);
/** The list that its cursors belong to: each names the letter before the page. */
export const DEAD_LETTERS = 'dead-letters';
/** The record keeps what was discarded, up to this. */
const KEPT_BYTES_MAX = 256 * 1024;

/** Shows dead letters, and does with them what is legal. */
export class DeadLettersHandler {
  constructor(private readonly parts: DeadLettersParts) {}

  /**
   * A page of what can be seen now. When the letter before it is gone, the page begins again at the
   * head of that letter's queue: letters may be shown twice, and none is left out.
   */
  async list(
    queue: string | undefined,
    limit: number,
    after: string | undefined,
  ): Promise<DeadLetterList> {
    const letters: DeadLetterView[] = [];
    const more: Record<string, number> = {};
    let seenBehind = 0;
    for (const name of queuesBehind(queue, after)) {
      const looked = await this.alone(name, () => this.parts.queues.look(name));
      const ids = idsOf(name, looked.letters);
      const from = after === undefined ? 0 : ids.indexOf(after) + 1;
      const shown = looked.letters.slice(from, from + limit - letters.length);
      const assessed = await this.parts.letters.assessAll(shown);
      letters.push(...assessed.map((each, at) => letterViewOf(ids[from + at]!, each)));
      const left = looked.letters.length - from - shown.length;
      seenBehind += left;
      more[name] = left + looked.more;
    }
    const last = letters.at(-1);
    const next = last && seenBehind > 0 ? cursorOf(DEAD_LETTERS, [last.id]) : null;
    return { letters, more, next };
  }

  async show(id: string): Promise<WholeDeadLetterView> {
    const queue = this.queueOf(id);
    const { letters } = await this.alone(queue, () => this.parts.queues.look(queue));
    const letter = letters[idsOf(queue, letters).indexOf(id)];
    if (!letter) throw new Problem('DEAD_LETTER_NOT_FOUND');
    return wholeLetterViewOf(id, await this.parts.letters.assess(letter));
  }

  /** Throws 404, 409 when it is not legal or somebody else is at the queue; each is on record. */
  async act(action: LetterAction, id: string, request: ReplayRequest): Promise<DeadLetterDone> {
    const about = { action, subjectKind: 'dead-letter', subjectId: id, request } as const;
    let intent: string | undefined;
    try {
      const queue = this.queueOf(id);
      const done = await this.alone(queue, () =>
        this.parts.queues.handle(
          queue,
          (letters) => idsOf(queue, letters).indexOf(id),
          async (held) => {
            const assessed = await this.parts.letters.assess(held);
            const record = recordOf(about, assessed);
            await this.refuseUnlessLegal(record, action, assessed, request);
            intent = await this.parts.actions.intend(record);
            await this.carryOut(action, held);
            return assessed;
          },
        ),
      );
      if (!done) throw new Problem('DEAD_LETTER_NOT_FOUND');
      await this.ended(intent!, 'done');
      const { operator } = request;
      const letter = letterViewOf(id, done);
      this.parts.logger.info({ action, operator, letter: id, class: letter.class }, 'dead letter');
      return { outcome: 'done', actionId: intent!, letter };
    } catch (error) {
      if (intent !== undefined) {
        const why = String(error);
        await this.ended(intent, error instanceof ConfirmLost ? 'unknown' : 'failed', { why });
      } else if (error instanceof Problem && error.code !== 'ACTION_REFUSED') {
        await this.parts.actions.refused({
          ...about,
          seen: undefined,
          detail: { why: error.detail },
        });
      }
      throw error;
    }
  }

  private carryOut(action: LetterAction, held: HeldDeadLetter): Promise<void> {
    if (action === 'replay') return held.replay();
    held.discard();
    return Promise.resolve();
  }

  private async refuseUnlessLegal(
    record: ActionRecord,
    action: LetterAction,
    { verdict }: AssessedLetter,
    { repaired = false }: ReplayRequest,
  ): Promise<void> {
    const may = verdict[action];
    if (may === 'legal' || (may === 'once repaired' && repaired)) return;
    const hint = may === 'once repaired' ? ' Say that it was repaired to have it replayed.' : '';
    const why = `${verdict.why}${hint}`;
    const actionId = await this.parts.actions.refused({
      ...record,
      detail: { ...record.detail, why },
    });
    throw new Problem('ACTION_REFUSED', why, { extensions: { actionId, class: verdict.class } });
  }

  /** What was done is done, even when the record of it cannot be completed. */
  private async ended(id: string, outcome: 'done' | 'failed' | 'unknown', detail?: object) {
    try {
      await this.parts.actions.ended(id, outcome, detail);
    } catch (err) {
      this.parts.logger.error({ err, actionId: id, outcome }, 'an outcome could not be recorded');
    }
  }

  private async alone<Result>(queue: string, work: () => Promise<Result>): Promise<Result> {
    const outcome = await this.parts.locks.holding(queue, async () => ({ done: await work() }));
    if (!outcome) throw new Problem('QUEUE_BUSY', undefined, { headers: { 'retry-after': '1' } });
    return outcome.done;
  }

  private queueOf(id: string): string {
    const queue = queueOfId(id);
    if (queue === undefined || !QUEUES.includes(queue)) throw new Problem('DEAD_LETTER_NOT_FOUND');
    return queue;
  }
}

function idsOf(queue: string, letters: readonly DeadLetter[]): string[] {
  const identified = letters.map(({ body, properties }) => {
    const { reason, detail, at } = deadLetterNote(properties);
    return { body, messageId: properties.messageId as unknown, died: [reason, detail, at] };
  });
  return letterIds(queue, identified);
}

function recordOf(
  about: Pick<ActionRecord, 'action' | 'subjectKind' | 'subjectId' | 'request'>,
  { letter, verdict, note, sagaId, shape }: AssessedLetter,
): ActionRecord {
  const { body, properties } = letter;
  const orderId = shape.kind === 'command' ? shape.command.orderId : undefined;
  const kept =
    about.action === 'discard' && body.length <= KEPT_BYTES_MAX
      ? { ...bodyOf(body), headers: (properties.headers ?? {}) as object }
      : {};
  const detail = { died: note.reason, sagaId, orderId, bytes: body.length, ...kept };
  return { ...about, seen: verdict.class, detail };
}

/** The queues that a page may show letters of, from the one of the letter before it. Throws 400. */
function queuesBehind(queue: string | undefined, after: string | undefined): readonly string[] {
  const queues = queue === undefined ? QUEUES : [queue];
  if (after === undefined) return queues;
  const from = queues.indexOf(queueOfId(after) ?? '');
  if (from < 0) throw foreignCursor();
  return queues.slice(from);
}
