import { Fault, type FieldProblem } from '@backstitch/shared-types';

/** The broker is unavailable or blocks publishes: nothing was sent. */
export class BrokerUnavailable extends Fault {
  constructor(why: string, options?: ErrorOptions) {
    super('UNAVAILABLE', `the message broker is unavailable: ${why}`, true, undefined, options);
    this.name = 'BrokerUnavailable';
  }
}

/** Too many commands wait for the same queue, which is silent or slow. Nothing was sent. */
export class RouteFull extends BrokerUnavailable {
  constructor(waiting: number) {
    super(`${waiting} commands already wait for the same queue`);
    this.name = 'RouteFull';
  }
}

/** The message was sent, but the confirm was lost. It may arrive, also twice. */
export class ConfirmLost extends Fault {
  constructor(why: string, options?: ErrorOptions) {
    super('OUTCOME_UNKNOWN', `the broker's confirm was lost: ${why}`, true, undefined, options);
    this.name = 'ConfirmLost';
  }
}

/** The data of a command is not valid for its pattern: dead-lettered, never retried. */
export class MalformedCommand extends Fault {
  constructor(message: string, problems?: readonly FieldProblem[]) {
    super('MALFORMED_COMMAND', message, false, problems);
    this.name = 'MalformedCommand';
  }
}
