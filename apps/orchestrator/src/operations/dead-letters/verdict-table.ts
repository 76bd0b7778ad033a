import { COMMANDS, type DeadLetterClass, type OrderStatus } from '@backstitch/shared-types';

export type Kind = 'create' | 'do' | 'cancel' | 'give back' | 'question';

/** The effect of those that give money or stock back must not be skipped. */
export const KINDS: Readonly<Record<string, Kind>> = {
  [COMMANDS.orderCreate]: 'create',
  [COMMANDS.inventoryReserve]: 'do',
  [COMMANDS.paymentProcess]: 'do',
  [COMMANDS.inventoryCommit]: 'do',
  [COMMANDS.orderConfirm]: 'do',
  [COMMANDS.orderCancel]: 'cancel',
  [COMMANDS.inventoryRelease]: 'give back',
  [COMMANDS.paymentRefund]: 'give back',
  [COMMANDS.orderGet]: 'question',
  [COMMANDS.paymentGet]: 'question',
  [COMMANDS.inventoryList]: 'question',
};

/** Undo whose participant keeps its rows for ever, and so knows a repeat at any age. */
export const AGELESS: ReadonlySet<string> = new Set([COMMANDS.orderCancel, COMMANDS.paymentRefund]);

/** Where what a command belongs to stands now. */
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
  'Its saga awaits exactly this, and sends it again itself too.',
];
const OWN_TURN: Row = ['obsolete', '-', 'discard', 'Its saga sends it itself when its turn comes.'];
const PASSED: Row = ['obsolete', '-', 'discard', 'Its saga is under way and does not await it.'];
const FINISHED: Row = [
  'obsolete',
  '-',
  'discard',
  'Its saga is finished: all that is due was done.',
];
const SAGA_MISMATCH: Row = [
  'poison',
  '-',
  'discard',
  'It is no command of the saga that it names; that saga sends its own.',
];
const NO_SAGA: Row = [
  'obsolete',
  '-',
  'discard',
  'Its saga is unknown, so no saga would undo what it did.',
];
const DRIVEN: Row = [
  'obsolete',
  '-',
  'discard',
  "Its order's saga is under way and sends its own commands.",
];
const UNDOING: Row = [
  'obsolete',
  '-',
  'discard',
  "Its order's saga sends this undo itself, until it is done.",
];
const WAIT: Row = [
  'unclear',
  '-',
  '-',
  "Its order's saga is under way: wait for its end. An undo beside it could give back what it goes on to sell.",
];
const GIVEN_BACK: Row = [
  'replayable',
  'replay',
  '-',
  'This undo is not sent again by a saga, and it is harmless to repeat: replay it.',
];
const SOLD: Row = [
  'obsolete',
  '-',
  'discard',
  'The order is confirmed: what was paid for is not given back.',
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
  'There is no such order: no saga would undo what it did.',
];
const NO_ORDER_YET: Row = [
  'replayable',
  'replay',
  'discard',
  'There is no such order yet, and no saga drives it.',
];
const ORDER_IS: Row = ['obsolete', '-', 'discard', 'The order exists already.'];
const DECIDED: Row = ['obsolete', '-', 'discard', 'The order is decided: {order}.'];
const CANCELS: Row = [
  'replayable',
  'replay',
  'discard',
  'The order is not decided, and no saga drives it.',
];

/** What every kind of command is worth in every standing. */
export const TABLE: Readonly<Record<Exclude<Kind, 'question'>, Readonly<Record<Standing, Row>>>> = {
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

/** Why it died, when it need not die of that again: the cause was temporary, or an older reader. */
export const MENDED: Readonly<Record<string, string>> = {
  DATABASE_UNAVAILABLE: 'a database was away',
  PROVIDER_UNAVAILABLE: 'the bank did not answer',
  PAYMENT_UNSETTLED: 'the payment was being settled',
  HANDLER_DEADLINE: 'it was not served in time',
  UNAVAILABLE: 'something was away',
  OUTCOME_UNKNOWN: 'its outcome was not known',
  ORDER_NOT_FOUND: 'the order was not there yet',
  NOT_JSON: 'its reader could not read it then',
  NOT_A_PACKET: 'its reader could not read it then',
  INVALID_DATA: 'its reader did not take its data then',
  UNKNOWN_PATTERN: 'its reader did not know the pattern then',
};

/** Why its participant takes no such command for good, where there is more to say than its code. */
export const REFUSED: Readonly<Record<string, string>> = {
  SAGA_REQUIRED:
    'It names no saga, and its participant takes none without (COMMANDS=strict): a replay is refused again, ' +
    'unless that participant is started with COMMANDS=open first.',
};

/** Answers that a participant gives again, whatever is repaired. */
export const FINAL = new Set([
  'WRONG_SAGA',
  'ORDER_CONFIRMED',
  'ALREADY_CONFIRMED',
  'AMOUNT_MISMATCH',
  'RESERVATION_NOT_FOUND',
]);
