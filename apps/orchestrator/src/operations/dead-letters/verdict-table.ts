import { COMMANDS, type DeadLetterClass, type OrderStatus } from '@backstitch/shared-types';

export type Kind = 'create' | 'do' | 'cancel' | 'give back' | 'query';

/** The effect of those that give money or stock back must not be skipped. */
export const KINDS: Readonly<Record<string, Kind>> = {
  [COMMANDS.orderCreate]: 'create',
  [COMMANDS.inventoryReserve]: 'do',
  [COMMANDS.paymentProcess]: 'do',
  [COMMANDS.paymentOpen]: 'do',
  [COMMANDS.paymentPay]: 'do',
  [COMMANDS.paymentClose]: 'do',
  [COMMANDS.inventoryCommit]: 'do',
  [COMMANDS.orderConfirm]: 'do',
  [COMMANDS.orderPlace]: 'create',
  [COMMANDS.orderAdvance]: 'do',
  [COMMANDS.orderProgress]: 'do',
  [COMMANDS.orderBeginCancel]: 'do',
  [COMMANDS.orderEndCancel]: 'do',
  [COMMANDS.inventoryExtend]: 'do',
  [COMMANDS.inventoryReturn]: 'do',
  [COMMANDS.orderCancel]: 'cancel',
  [COMMANDS.inventoryRelease]: 'give back',
  [COMMANDS.paymentRefund]: 'give back',
  [COMMANDS.paymentReturn]: 'give back',
  [COMMANDS.orderGet]: 'query',
  [COMMANDS.paymentGet]: 'query',
  [COMMANDS.inventoryList]: 'query',
};

/** Undo whose participant keeps its rows for ever, and so knows a repeat at any age. */
export const AGELESS: ReadonlySet<string> = new Set([
  COMMANDS.orderCancel,
  COMMANDS.paymentRefund,
  COMMANDS.paymentReturn,
]);

/** The state of the saga of a command, or of its order. */
export type Standing =
  /** Its saga awaits exactly this command. */
  | 'awaited'
  /** Its saga is being undone and will send it when its turn comes. */
  | 'to come'
  /** Its saga is unfinished and awaits something else. */
  | 'not awaited'
  | 'finished'
  /** There is such a saga, and this is none of its commands. */
  | 'saga mismatch'
  /** There is no such saga, and its order's state does not matter to it. */
  | 'unknown saga'
  /** It names no saga; its order's saga is unfinished, and sends or sent this undo itself. */
  | 'undoing'
  /** It names no saga; its order's saga is unfinished. */
  | 'driven'
  /** No saga is in its way: the order's state decides. */
  | 'NONE'
  | OrderStatus;

export type Row = readonly [
  DeadLetterClass,
  replay: 'replay' | '-',
  discard: 'discard' | '-',
  why: string,
];

const RESENT: Row = [
  'replayable',
  'replay',
  'discard',
  'Its saga awaits exactly this command, and will also send it again.',
];
const OWN_TURN: Row = ['obsolete', '-', 'discard', 'Its saga will send it later.'];
const PASSED: Row = ['obsolete', '-', 'discard', 'Its saga is running and does not await it.'];
const FINISHED: Row = ['obsolete', '-', 'discard', 'Its saga is finished: nothing is left to do.'];
const SAGA_MISMATCH: Row = [
  'poison',
  '-',
  'discard',
  'The saga that it names does not have this command.',
];
const NO_SAGA: Row = [
  'obsolete',
  '-',
  'discard',
  'Its saga is unknown, so no saga would undo its effect.',
];
const DRIVEN: Row = [
  'obsolete',
  '-',
  'discard',
  'The saga of its order is running and sends its own commands.',
];
const UNDOING: Row = [
  'obsolete',
  '-',
  'discard',
  'The saga of its order sends this undo until it is done.',
];
const WAIT: Row = [
  'unclear',
  '-',
  '-',
  'The saga of its order is running: wait for its end. An undo now could give back what the saga still sells.',
];
const GIVEN_BACK: Row = [
  'replayable',
  'replay',
  '-',
  'No saga sends this undo again, and a repeated undo is harmless: replay it.',
];
const SOLD: Row = [
  'obsolete',
  '-',
  'discard',
  'The order is confirmed: its payment and its stock are not given back.',
];
const ORDER_WAITS: Row = [
  'replayable',
  'replay',
  'discard',
  'The order is pending, and no saga drives it.',
];
const NO_ORDER: Row = [
  'obsolete',
  '-',
  'discard',
  'There is no such order: no saga would undo its effect.',
];
const NO_ORDER_YET: Row = [
  'replayable',
  'replay',
  'discard',
  'There is no such order yet, and no saga drives it.',
];
const ORDER_IS: Row = ['obsolete', '-', 'discard', 'The order exists already.'];
const DECIDED: Row = ['obsolete', '-', 'discard', 'The order is already {order}.'];
const CANCELS: Row = [
  'replayable',
  'replay',
  'discard',
  'The order is neither confirmed nor cancelled, and no saga drives it.',
];

/** What is allowed for each kind of command in each state of its saga or order. */
export const TABLE: Readonly<Record<Exclude<Kind, 'query'>, Readonly<Record<Standing, Row>>>> = {
  create: {
    awaited: RESENT,
    'to come': PASSED,
    'not awaited': PASSED,
    finished: FINISHED,
    'saga mismatch': SAGA_MISMATCH,
    'unknown saga': NO_SAGA,
    undoing: DRIVEN,
    driven: DRIVEN,
    NONE: NO_ORDER_YET,
    PENDING: ORDER_IS,
    CONFIRMED: ORDER_IS,
    CANCELLED: ORDER_IS,
  },
  do: {
    awaited: RESENT,
    'to come': PASSED,
    'not awaited': PASSED,
    finished: FINISHED,
    'saga mismatch': SAGA_MISMATCH,
    'unknown saga': NO_SAGA,
    undoing: DRIVEN,
    driven: DRIVEN,
    NONE: NO_ORDER,
    PENDING: ORDER_WAITS,
    CONFIRMED: DECIDED,
    CANCELLED: DECIDED,
  },
  cancel: {
    awaited: RESENT,
    'to come': OWN_TURN,
    'not awaited': PASSED,
    finished: FINISHED,
    'saga mismatch': SAGA_MISMATCH,
    'unknown saga': NO_SAGA,
    undoing: UNDOING,
    driven: DRIVEN,
    NONE: CANCELS,
    PENDING: CANCELS,
    CONFIRMED: DECIDED,
    CANCELLED: DECIDED,
  },
  'give back': {
    awaited: RESENT,
    'to come': OWN_TURN,
    'not awaited': PASSED,
    finished: FINISHED,
    'saga mismatch': SAGA_MISMATCH,
    'unknown saga': GIVEN_BACK,
    undoing: UNDOING,
    driven: WAIT,
    NONE: GIVEN_BACK,
    PENDING: GIVEN_BACK,
    CONFIRMED: SOLD,
    CANCELLED: GIVEN_BACK,
  },
};

/** Temporary causes, by reason code: a replay may succeed now. */
export const TEMPORARY_CAUSES: Readonly<Record<string, string>> = {
  DATABASE_UNAVAILABLE: 'a database was unavailable',
  DATABASE_ACCESS_DENIED: 'the role of a service lacked a right in its database',
  PROVIDER_UNAVAILABLE: 'the bank did not answer',
  PAYMENT_UNSETTLED: 'the payment was being settled',
  ORDER_PENDING: 'the order was not decided yet',
  HANDLER_DEADLINE: 'it was not served in time',
  UNAVAILABLE: 'a dependency was unavailable',
  OUTCOME_UNKNOWN: 'its outcome was not known',
  ORDER_NOT_FOUND: 'the order did not exist yet',
  NOT_JSON: 'the service could not read it at that time',
  NOT_A_PACKET: 'the service could not read it at that time',
  INVALID_DATA: 'the service did not accept its data at that time',
  UNKNOWN_PATTERN: 'the service did not have the pattern at that time',
};

/** Why a participant refuses a command permanently, where the code does not explain it. */
export const REFUSED: Readonly<Record<string, string>> = {
  SAGA_REQUIRED:
    'It names no saga, and its participant requires one (COMMANDS=strict). A replay is refused again, ' +
    'unless that participant is started with COMMANDS=open first.',
  SENDER_REFUSED:
    'Its sender is no broker user that its participant takes commands from (COMMANDS=strict). A replay is ' +
    'sent as the orchestrator, and is served: do it only for a command that you know.',
};

/** Answers that a participant gives again, whatever is repaired. */
export const FINAL = new Set([
  'WRONG_SAGA',
  'ORDER_CONFIRMED',
  'ALREADY_CONFIRMED',
  'AMOUNT_MISMATCH',
  'CARD_MISMATCH',
  'REFUND_EXCEEDS_PAYMENT',
  'WRONG_FLOW',
  'RESERVATION_NOT_FOUND',
]);
