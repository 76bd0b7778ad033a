import type { DeadLetter, DeadLetterNote } from '@backstitch/messaging';
import type { SagaInstance } from '@backstitch/saga-engine';
import { Problem } from '@backstitch/service-kit';
import {
  COMMAND_QUEUES,
  COMMANDS,
  type DeadLetterVerdict,
  isUuid,
  type OrderView,
} from '@backstitch/shared-types';
import type { SagaRegistry } from '../../host/registry/saga-registry.js';
import type { Queries } from '../../host/queries/queries.client.js';
import { readDeadLetter } from './dead-letter.reader.js';
import { shapeOf } from './dead-letter-shape.js';
import {
  type DeadLetterCommand,
  type DeadLetterShape,
  type Unclear,
  verdictOf,
} from './dead-letter-verdict.js';
import { ageOf } from './dead-letter-age.js';
import { standingInSaga, standingOfOrder } from './standing.js';
import type { Standing } from './verdict-table.js';

export interface AssessedDeadLetter {
  readonly note: DeadLetterNote;
  readonly shape: DeadLetterShape;
  /** The saga that it names, or that drives its order. */
  readonly sagaId: string | undefined;
  readonly verdict: DeadLetterVerdict;
}

type Order = Pick<OrderView, 'sagaId'> & { status: OrderView['status'] | 'NONE' };

/**
 * What was asked on behalf of the dead letters of one list: nothing is asked twice, and nothing more
 * once the order service did not answer.
 */
export class Asked {
  readonly orders = new Map<string, Promise<Order | Unclear>>();
  isAway = false;
}

const AWAY: Unclear = { unclear: 'The order service does not answer now: ask again.' };

/** Asks what a dead letter's worth depends on: its saga's row, and the order service. */
export class DeadLetterAssessor {
  constructor(
    private readonly registry: SagaRegistry,
    private readonly store: { load(sagaId: string): Promise<SagaInstance | undefined> },
    private readonly queries: Queries,
  ) {}

  /** In their order. */
  assessAll(deadLetters: readonly DeadLetter[], asked: Asked): Promise<AssessedDeadLetter[]> {
    return Promise.all(deadLetters.map((each) => this.assess(each, asked)));
  }

  async assess(deadLetter: DeadLetter, asked = new Asked()): Promise<AssessedDeadLetter> {
    const read = readDeadLetter(deadLetter);
    const { note } = read;
    const shape = shapeOf(read);
    const age = ageOf(note.firstAt, Date.now());
    if (shape.kind !== 'command' || shape.command.orderId === '') {
      const verdict = verdictOf(shape, note.reason, 'NONE', age);
      return { note, shape, sagaId: undefined, verdict };
    }
    const { standing, sagaId } = await this.standing(shape.command, asked);
    const verdict = verdictOf(shape, note.reason, standing, age);
    return { note, shape, sagaId, verdict };
  }

  private async standing(
    command: DeadLetterCommand,
    asked: Asked,
  ): Promise<{ standing: Standing | Unclear; sagaId: string | undefined }> {
    const { saga: tag } = command;
    if (tag) {
      const saga = isUuid(tag.sagaId) ? await this.store.load(tag.sagaId) : undefined;
      const order = saga ? undefined : await this.order(command.orderId, asked);
      const standing =
        order && 'unclear' in order
          ? order
          : standingInSaga(this.registry, { ...command, saga: tag }, saga, order);
      return { standing, sagaId: tag.sagaId };
    }
    const order = await this.order(command.orderId, asked);
    if ('unclear' in order) return { standing: order, sagaId: undefined };
    const saga = order.sagaId === null ? 'none' : await this.store.load(order.sagaId);
    const standing = standingOfOrder(this.registry, command, order, saga ?? 'unknown');
    return { standing, sagaId: order.sagaId ?? undefined };
  }

  private order(orderId: string, asked: Asked): Promise<Order | Unclear> {
    const known = asked.orders.get(orderId);
    if (known) return known;
    if (asked.isAway) return Promise.resolve(AWAY);
    const answer = this.ask(orderId, asked);
    asked.orders.set(orderId, answer);
    return answer;
  }

  private async ask(orderId: string, asked: Asked): Promise<Order | Unclear> {
    const { order } = COMMAND_QUEUES;
    try {
      return await this.queries.ask<OrderView>(order, COMMANDS.orderGet, { orderId });
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      if (error.code === 'ORDER_NOT_FOUND') return { status: 'NONE', sagaId: null };
      asked.isAway = true;
      return AWAY;
    }
  }
}
