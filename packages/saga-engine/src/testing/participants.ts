import { storedCopy } from '../core/json.js';
import type { CommandSender, OutgoingCommand } from '../runtime/ports.js';
import type { ReplyOutcome } from '../core/transition.js';

/** What becomes of one command: an answer, none, or a broker that does not take it. */
export type Answer = ReplyOutcome | 'silence' | 'unroutable' | 'broker-away';

export const DONE: Answer = { kind: 'done', response: {} };

type Reply = Pick<OutgoingCommand, 'sagaId' | 'step' | 'direction' | 'attempt'> & {
  readonly outcome: ReplyOutcome;
};

/**
 * Participants and the broker between, in memory: every command is answered "done", unless told
 * otherwise by the function given.
 */
export class Participants implements CommandSender {
  readonly received: OutgoingCommand[] = [];
  private deliver: (reply: Reply) => Promise<unknown> = () => Promise.resolve();

  constructor(private readonly answer: (command: OutgoingCommand) => Answer = () => DONE) {}

  /** Where the replies go: an engine's onReply. */
  repliesTo(deliver: (reply: Reply) => Promise<unknown>): void {
    this.deliver = deliver;
  }

  async send(made: OutgoingCommand): Promise<'accepted' | 'unroutable'> {
    const command = { ...made, data: storedCopy(made.data) };
    const answer = this.answer(command);
    if (answer === 'broker-away') {
      throw Object.assign(new Error('the broker is away'), { code: 'BROKER_AWAY' });
    }
    if (answer === 'unroutable') return 'unroutable';
    this.received.push(command);
    if (answer === 'silence') return 'accepted';
    const { sagaId, step, direction, attempt } = command;
    setImmediate(() => {
      this.deliver({ sagaId, step, direction, attempt, outcome: answer }).catch(() => undefined);
    });
    return 'accepted';
  }
}
