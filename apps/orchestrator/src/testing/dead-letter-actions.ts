import { COMMAND_QUEUES, type DeadLetterView, newUuid } from '@backstitch/shared-types';
import type { AppProcess } from '@backstitch/testkit';
import { deadLetterIn, openDeadLetters, UNHURRIED } from './dead-letters.js';
import { type Answer, ask, Orchestrators } from './orchestrators.js';

const { payment, order } = COMMAND_QUEUES;
export const WHO = { reason: 'the bank is back', operator: 'olga' };

/** An orchestrator whose dead letters of payment_commands are listed and acted on. */
export class DeadLetterActions {
  private constructor(
    readonly shop: Orchestrators,
    readonly one: AppProcess,
  ) {}

  static async start(): Promise<DeadLetterActions> {
    const shop = await Orchestrators.prepare();
    const one = await shop.ready(await shop.start({ ...UNHURRIED, QUESTION_TIMEOUT_MS: '20000' }));
    return new DeadLetterActions(shop, one);
  }

  /** Removes the dead letters, and what was sent meanwhile. */
  readonly clear = async (): Promise<void> => {
    const { shop } = this;
    await shop.query('DELETE FROM dead_letters');
    for (const queue of [payment, order]) {
      while ((await shop.vhost.queue(queue))!.messages > 0) await shop.vhost.take(queue);
    }
  };

  readonly act = (action: 'replay' | 'discard', id: string, body: object = WHO): Promise<Answer> =>
    ask(this.one, 'POST', `/dead-letters/${id}/${action}`, { body });

  /** Has the order service answer one query: that the order has this status, or NONE. */
  readonly saying = (status: string): Promise<unknown> =>
    this.shop.serve(
      'order',
      status === 'NONE' ? { no: 'ORDER_NOT_FOUND' } : { response: { status, sagaId: null } },
    );

  /** Lists while the order service says what the order is. */
  readonly listWhile = async (status: string | undefined): Promise<DeadLetterView[]> => {
    const [answer] = await Promise.all([
      ask(this.one, 'GET', `/dead-letters?queue=${payment}`),
      status && this.saying(status),
    ]);
    if (answer.status !== 200) throw new Error(`the list was answered ${answer.status}`);
    return answer.body.deadLetters as DeadLetterView[];
  };

  /** The answer of an action while the order service says what the order is. */
  readonly actWhile = async (
    status: string,
    action: 'replay' | 'discard',
    id: string,
    body: object = WHO,
  ): Promise<Answer> => (await Promise.all([this.act(action, id, body), this.saying(status)]))[0];

  readonly oneShot = (pattern: string, data: object = {}): string =>
    JSON.stringify({ pattern, data: { orderId: newUuid(), ...data } });

  readonly deadLetter = (
    body: string | Buffer,
    headers: object = {},
    properties: object = {},
  ): Promise<void> => deadLetterIn(this.shop, payment, body, { headers, ...properties });

  readonly open = (): Promise<number> => openDeadLetters(this.shop);

  readonly close = (): Promise<void> => this.shop.close();
}
