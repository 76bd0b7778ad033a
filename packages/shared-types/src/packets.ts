/**
 * The wire form of commands and replies: the NestJS packet, with an optional `saga` beside `data`.
 * A stock NestJS ClientProxy can send the one and read the other.
 */
export type SagaDirection = 'do' | 'undo';

/** What ties a command to the saga that sent it; without it a command is served by orderId alone. */
export interface SagaTag {
  sagaId: string;
  step: string;
  direction: SagaDirection;
  /** 1 for the first send; the same command keeps its ids over all attempts. */
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
  /** False with a code that the step declares is a business no; everything else is a fault. */
  retryable: boolean;
  details?: unknown;
}

export type ReplyPacket<Response = unknown> =
  | { response: Response; isDisposed: true; id?: string }
  | { err: ReplyError; isDisposed: true; id?: string };

/**
 * A business no, as a value: read from the participant's stored row, never thrown. The messaging
 * room turns it into a reply with `retryable: false`.
 */
export class Rejection {
  constructor(
    readonly code: string,
    readonly message: string,
    readonly details?: unknown,
  ) {}
}

/**
 * A fault worth answering: typed, never a business no. Whether it is worth retrying is said by its
 * thrower; whoever asked decides what to do with it. Anything thrown that is no Fault is a bug.
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
