import { Fault, type FieldProblem } from '@backstitch/shared-types';

/** The broker is away or takes nothing: nothing was sent. */
export class BrokerAway extends Fault {
  constructor(why: string, options?: ErrorOptions) {
    super('UNAVAILABLE', `the message broker is away: ${why}`, true, undefined, options);
    this.name = 'BrokerAway';
  }
}

/** Too much waits for the same queue, which is silent or slow: nothing was sent. */
export class RouteFull extends BrokerAway {
  constructor(waiting: number) {
    super(`${waiting} packets are waiting for those before them to the same queue`);
    this.name = 'RouteFull';
  }
}

/** It was sent, but whether the broker has taken it is not known: it may arrive, or twice. */
export class ConfirmLost extends Fault {
  constructor(why: string, options?: ErrorOptions) {
    super('OUTCOME_UNKNOWN', `the broker's confirm was lost: ${why}`, true, undefined, options);
    this.name = 'ConfirmLost';
  }
}

/** The data of a command is not what its pattern needs: dead-lettered, never retried. */
export class MalformedCommand extends Fault {
  constructor(message: string, problems?: readonly FieldProblem[]) {
    super('MALFORMED_COMMAND', message, false, problems);
    this.name = 'MalformedCommand';
  }
}
