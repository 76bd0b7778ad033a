import { ConfirmLost, type DeadLetterQueues } from '@backstitch/messaging';
import { databaseFault, type Logger, Problem } from '@backstitch/service-kit';
import type {
  ActionOutcome,
  DeadLetterDone,
  DeadLetterGroups,
  WholeDeadLetterView,
} from '@backstitch/shared-types';
import type { ActionRecord, OperatorActions } from '../operator-actions.repository.js';
import type { OperatorAct } from '../operator-act.js';
import type { AssessedDeadLetter, DeadLetterAssessor } from './dead-letter-assessor.client.js';
import { queueOfId } from './dead-letter-id.js';
import { bodyOf, deadLetterViewOf, wholeDeadLetterViewOf } from './dead-letter-view.js';
import type {
  DeadLetterActor,
  DeadLetterFilter,
  DeadLettersRepository,
  StoredDeadLetter,
} from './dead-letters.repository.js';

export interface DeadLettersParts {
  queues: Pick<DeadLetterQueues, 'replay'>;
  deadLetters: DeadLettersRepository;
  assessor: DeadLetterAssessor;
  actions: OperatorActions;
  logger: Logger;
}

type DeadLetterAction = 'replay' | 'discard';

/** The record keeps what was discarded, up to this. */
const KEPT_BYTES_MAX = 256 * 1024;
const GROUPS_MAX = 100;

/** Shows dead letters one by one and in groups, and does with them what is legal. */
export class DeadLettersHandler {
  constructor(private readonly parts: DeadLettersParts) {}

  async groups(filter: DeadLetterFilter): Promise<DeadLetterGroups> {
    const rows = await this.parts.deadLetters.groups(filter, GROUPS_MAX);
    const groups = rows.map(({ groupCount: _all, oldestAt, newestAt, ...row }) => ({
      ...row,
      oldestAt: oldestAt.toISOString(),
      newestAt: newestAt.toISOString(),
    }));
    return { groups, more: (rows[0]?.groupCount ?? 0) - rows.length };
  }

  async show(id: string): Promise<WholeDeadLetterView> {
    const stored = await this.find(id);
    const assessed = await this.assess(stored);
    return wholeDeadLetterViewOf(stored, assessed);
  }

  /**
   * Throws 404, and 409 when it is not legal or a replay of it is under way; each is on record. A
   * replay is one confirmed publish between two commits. Where the second one fails, or the process
   * dies before it, the dead letter is open again after a minute, and a further replay sends its
   * command a second time. That is safe: a command has its effect once.
   */
  async act(
    action: DeadLetterAction,
    id: string,
    operatorAct: OperatorAct,
  ): Promise<DeadLetterDone> {
    const about = { action, subjectKind: 'dead-letter', subjectId: id, act: operatorAct } as const;
    let actionId: string | undefined;
    try {
      const stored = await this.find(id);
      const assessed = await this.assess(stored);
      const record = recordOf(about, stored, assessed);
      await this.refuseUnlessLegal(record, action, assessed);
      actionId = await this.parts.actions.intend(record);
      await this.carryOut(action, stored, actorOf(actionId, operatorAct));
      await this.ended(actionId, 'done');
      const { operator } = operatorAct;
      const deadLetter = deadLetterViewOf(stored, assessed);
      const said = { action, operator, deadLetter: id, class: deadLetter.class };
      this.parts.logger.info(said, 'an operator acted on a dead letter');
      return { outcome: 'done', actionId, deadLetter };
    } catch (error) {
      if (actionId !== undefined) {
        await this.ended(actionId, outcomeOf(error), { why: String(error) });
      } else if (error instanceof Problem && error.code !== 'ACTION_REFUSED') {
        const detail = { why: error.detail };
        await this.parts.actions.refused({ ...about, seen: undefined, detail });
      }
      throw error;
    }
  }

  private async carryOut(
    action: DeadLetterAction,
    stored: StoredDeadLetter,
    actor: DeadLetterActor,
  ): Promise<void> {
    const { deadLetters } = this.parts;
    const { id } = stored;
    const isFree =
      action === 'replay'
        ? await deadLetters.beginReplay(id, actor)
        : await deadLetters.discard(id, actor);
    // Another action was faster.
    if (!isFree) throw await this.whyNotFree(id);
    if (action === 'replay') await this.replay(stored, actor.actionId);
  }

  private async replay(stored: StoredDeadLetter, actionId: string): Promise<void> {
    const { deadLetters, queues, logger } = this.parts;
    try {
      await queues.replay(stored);
    } catch (error) {
      await deadLetters.giveUpReplay(stored.id, actionId).catch((err: unknown) => {
        logger.error({ err, deadLetter: stored.id }, 'a dead letter is open again in a minute');
      });
      throw error;
    }
    // What was sent is sent, even when that cannot be written.
    await deadLetters.endReplay(stored.id, actionId).catch((err: unknown) => {
      logger.error({ err, deadLetter: stored.id }, 'a replay could not be written');
    });
  }

  private async whyNotFree(id: string): Promise<Problem> {
    const isThere = (await this.parts.deadLetters.find(id)) !== undefined;
    if (!isThere) return new Problem('DEAD_LETTER_NOT_FOUND');
    return new Problem('DEAD_LETTER_BUSY', undefined, { headers: { 'retry-after': '1' } });
  }

  private async find(id: string): Promise<StoredDeadLetter> {
    const stored = queueOfId(id) === undefined ? undefined : await this.parts.deadLetters.find(id);
    if (!stored) throw new Problem('DEAD_LETTER_NOT_FOUND');
    return stored;
  }

  private async assess(stored: StoredDeadLetter): Promise<AssessedDeadLetter> {
    const { assessor, deadLetters } = this.parts;
    const assessed = await assessor.assess(stored);
    const { verdict } = assessed;
    if (verdict.class !== stored.class) {
      await deadLetters.keepClasses(new Map([[stored.id, verdict.class]]));
    }
    return assessed;
  }

  private async refuseUnlessLegal(
    record: ActionRecord,
    action: DeadLetterAction,
    { verdict }: AssessedDeadLetter,
  ): Promise<void> {
    const { repaired = false } = record.act;
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
  private async ended(id: string, outcome: ActionOutcome, detail?: object): Promise<void> {
    try {
      await this.parts.actions.ended(id, outcome, detail);
    } catch (err) {
      this.parts.logger.error({ err, actionId: id, outcome }, 'an outcome could not be recorded');
    }
  }
}

function actorOf(actionId: string, { operator, reason }: OperatorAct): DeadLetterActor {
  return { actionId, operator, reason };
}

/** Where a commit was not answered, the row may be discarded, or its replay begun. */
function outcomeOf(error: unknown): ActionOutcome {
  if (error instanceof ConfirmLost || databaseFault(error) === 'away') return 'unknown';
  return error instanceof Problem ? 'refused' : 'failed';
}

function recordOf(
  about: Pick<ActionRecord, 'action' | 'subjectKind' | 'subjectId' | 'act'>,
  { body, byteCount, properties }: StoredDeadLetter,
  { verdict, note, sagaId, shape }: AssessedDeadLetter,
): ActionRecord {
  const orderId = shape.kind === 'command' ? shape.command.orderId : undefined;
  const kept =
    about.action === 'discard' && byteCount <= KEPT_BYTES_MAX
      ? { ...bodyOf(body), headers: (properties.headers ?? {}) as object }
      : {};
  const detail = { died: note.reason, sagaId, orderId, bytes: byteCount, ...kept };
  return { ...about, seen: verdict.class, detail };
}
