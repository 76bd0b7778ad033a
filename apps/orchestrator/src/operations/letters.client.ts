import {
  type DeadLetter,
  deadLetterNote,
  type DeadLetterNote,
  readPacket,
} from '@backstitch/messaging';
import type { SagaInstance } from '@backstitch/saga-engine';
import { Problem } from '@backstitch/service-kit';
import {
  COMMAND_QUEUES,
  COMMANDS,
  type CommandQueue,
  type DeadLetterVerdict,
  isUuid,
  type OrderView,
} from '@backstitch/shared-types';
import type { SagaRegistry } from '../host/registry/saga-registry.js';
import type { Questions } from '../host/queries/queries.client.js';
import { isServed, whyInvalid } from './command-data.js';
import {
  type LetterCommand,
  type LetterShape,
  type Standing,
  type Unclear,
  verdictOf,
} from './dead-letter.js';
import { ageOf } from './letter-age.js';
import { standingInSaga, standingOfOrder } from './standing.js';

export interface AssessedLetter {
  readonly letter: DeadLetter;
  readonly note: DeadLetterNote;
  readonly shape: LetterShape;
  /** The saga that it names, or that drives its order. */
  readonly sagaId: string | undefined;
  readonly verdict: DeadLetterVerdict;
}

/** What is asked on behalf of the letters of one look, so that nothing is asked twice. */
type Asked = Map<string, Promise<Order | Unclear>>;
type Order = Pick<OrderView, 'sagaId'> & { status: OrderView['status'] | 'NONE' };

const AWAY: Unclear = { unclear: 'The order service does not answer now: ask again.' };
const AT_ONCE = 20;

/** Asks what a letter's worth depends on: its saga's row, and the order service. */
export class LettersClient {
  constructor(
    private readonly registry: SagaRegistry,
    private readonly store: { load(sagaId: string): Promise<SagaInstance | undefined> },
    private readonly questions: Questions,
  ) {}

  async assessAll(letters: readonly DeadLetter[]): Promise<AssessedLetter[]> {
    const asked: Asked = new Map();
    const assessed: AssessedLetter[] = [];
    for (let from = 0; from < letters.length; from += AT_ONCE) {
      const some = letters.slice(from, from + AT_ONCE);
      assessed.push(...(await Promise.all(some.map((letter) => this.assess(letter, asked)))));
    }
    return assessed;
  }

  async assess(letter: DeadLetter, asked: Asked = new Map()): Promise<AssessedLetter> {
    const note = deadLetterNote(letter.properties);
    const shape = shapeOf(letter);
    const age = ageOf(note.firstAt, Date.now());
    if (shape.kind !== 'command' || shape.command.orderId === '') {
      const verdict = verdictOf(shape, note.reason, 'NONE', age);
      return { letter, note, shape, sagaId: undefined, verdict };
    }
    const { standing, sagaId } = await this.standing(shape.command, asked);
    const verdict = verdictOf(shape, note.reason, standing, age);
    return { letter, note, shape, sagaId, verdict };
  }

  private async standing(
    command: LetterCommand,
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
    const known = asked.get(orderId);
    if (known) return known;
    const answer = this.ask(orderId);
    asked.set(orderId, answer);
    return answer;
  }

  private async ask(orderId: string): Promise<Order | Unclear> {
    const { order } = COMMAND_QUEUES;
    try {
      return await this.questions.ask<OrderView>(order, COMMANDS.orderGet, { orderId });
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      return error.code === 'ORDER_NOT_FOUND' ? { status: 'NONE', sagaId: null } : AWAY;
    }
  }
}

function shapeOf({ queue: name, body }: DeadLetter): LetterShape {
  const queue = name as CommandQueue;
  const read = readPacket(body);
  if ('unreadable' in read) return { kind: 'unreadable', why: read.unreadable.message };
  const { pattern, data, saga } = read.packet;
  if (!isServed(queue, pattern)) return { kind: 'unknown pattern', pattern };
  const why = whyInvalid(queue, pattern, data);
  if (why !== undefined) return { kind: 'invalid data', pattern, why };
  const { orderId = '' } = (data ?? {}) as { orderId?: string };
  // Senders may say null for no saga.
  const command = { queue, pattern, data, orderId: orderId.toLowerCase(), saga: saga ?? undefined };
  return { kind: 'command', command };
}
