/**
 * The wire format of commands and replies: the NestJS packet, with an optional `saga` beside
 * `data`. A stock NestJS ClientProxy can send commands and read replies.
 */
export type SagaDirection = 'do' | 'undo';

/** The saga that sent the command. Without it, a command is served by its orderId alone. */
export interface SagaTag {
  sagaId: string;
  step: string;
  direction: SagaDirection;
  /** 1 for the first send. All attempts of a command have the same ids. */
  attempt: number;
  requestId?: string;
}

export interface CommandPacket<Data = unknown> {
  pattern: string;
  data: Data;
  id?: string;
  saga?: SagaTag;
}

export interface ReplyError {
  code: string;
  message: string;
  /**
   * False, with a code that the step declares, is a business rejection. Everything else is a fault.
   */
  retryable: boolean;
  details?: unknown;
}

export type ReplyPacket<Response = unknown> =
  | { response: Response; isDisposed: true; id?: string }
  | { err: ReplyError; isDisposed: true; id?: string };

/**
 * A business rejection, as a value: read from the stored row of the participant, never thrown. The
 * messaging package sends it as a reply with `retryable: false`.
 */
export class Rejection {
  constructor(
    readonly code: string,
    readonly message: string,
    readonly details?: unknown,
  ) {}
}

/**
 * An expected failure with a code; never a business rejection. `retryable` says whether a retry may
 * succeed. The sender of the command decides what to do. Every other thrown error is a bug.
 */
export class Fault extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly retryable: boolean,
    readonly details?: unknown,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'Fault';
  }
}
