import { COMMAND_QUEUES, COMMANDS, type CommandQueue } from '@backstitch/shared-types';
import { describe, expect, it } from '@jest/globals';
import { type DeadLetterShape, verdictOf } from './dead-letter-verdict.js';
import type { Standing } from './verdict-table.js';

const { order, inventory, payment } = COMMAND_QUEUES;

const QUEUE_OF: Readonly<Record<string, CommandQueue>> = {
  order,
  inventory,
  payment,
};

function command(pattern: string): DeadLetterShape {
  const queue = QUEUE_OF[pattern.split('.')[0]!]!;
  const orderId = '01930000-0000-7000-8000-000000000002';
  return {
    kind: 'command',
    command: { queue, pattern, data: { orderId }, orderId, saga: undefined },
  };
}

const STANDINGS: Record<Standing, true> = {
  awaited: true,
  'to come': true,
  'not awaited': true,
  finished: true,
  'saga mismatch': true,
  'unknown saga': true,
  undoing: true,
  driven: true,
  NONE: true,
  PENDING: true,
  CONFIRMED: true,
  CANCELLED: true,
};
const ALL = Object.keys(STANDINGS) as Standing[];

/** R: replay legal; D: discard legal; -: refused. */
function told(pattern: string, standing: Standing, reason?: string): string {
  const verdict = verdictOf(command(pattern), reason, standing, 'young');
  const may = (what: 'replay' | 'discard', initial: string) => {
    if (verdict[what] === 'legal') return initial;
    return verdict[what] === 'refused' ? '-' : initial.toLowerCase();
  };
  return `${verdict.class} ${may('replay', 'R')}${may('discard', 'D')}`;
}

// prettier-ignore
const TABLE: readonly (readonly [
  Standing,
  create: string,
  process: string,
  cancel: string,
  release: string,
  refund: string,
])[] = [
  ['awaited', 'replayable RD', 'replayable RD', 'replayable RD', 'replayable RD', 'replayable RD'],
  ['to come', 'obsolete -D', 'obsolete -D', 'obsolete -D', 'obsolete -D', 'obsolete -D'],
  ['not awaited', 'obsolete -D', 'obsolete -D', 'obsolete -D', 'obsolete -D', 'obsolete -D'],
  ['finished', 'obsolete -D', 'obsolete -D', 'obsolete -D', 'obsolete -D', 'obsolete -D'],
  ['saga mismatch', 'poison -D', 'poison -D', 'poison -D', 'poison -D', 'poison -D'],
  ['unknown saga', 'obsolete -D', 'obsolete -D', 'obsolete -D', 'replayable R-', 'replayable R-'],
  ['undoing', 'obsolete -D', 'obsolete -D', 'obsolete -D', 'obsolete -D', 'obsolete -D'],
  ['driven', 'obsolete -D', 'obsolete -D', 'obsolete -D', 'unclear --', 'unclear --'],
  ['NONE', 'replayable RD', 'obsolete -D', 'replayable RD', 'replayable R-', 'replayable R-'],
  ['PENDING', 'obsolete -D', 'replayable RD', 'replayable RD', 'replayable R-', 'replayable R-'],
  ['CONFIRMED', 'obsolete -D', 'obsolete -D', 'obsolete -D', 'obsolete -D', 'obsolete -D'],
  ['CANCELLED', 'obsolete -D', 'obsolete -D', 'obsolete -D', 'replayable R-', 'replayable R-'],
];

describe('the verdict on a dead command', () => {
  it.each(TABLE)('whose standing is "%s"', (standing, create, process, cancel, release, refund) => {
    expect({
      create: told(COMMANDS.orderCreate, standing),
      process: told(COMMANDS.paymentProcess, standing),
      cancel: told(COMMANDS.orderCancel, standing),
      release: told(COMMANDS.inventoryRelease, standing),
      refund: told(COMMANDS.paymentRefund, standing),
    }).toEqual({ create, process, cancel, release, refund });
  });

  it('is listed for every standing there is', () => {
    expect(TABLE.map(([standing]) => standing)).toEqual(ALL);
  });

  it.each([COMMANDS.inventoryReserve, COMMANDS.inventoryCommit, COMMANDS.orderConfirm])(
    'treats %s like every other do',
    (pattern) => {
      for (const standing of ALL) {
        expect(told(pattern, standing)).toBe(told(COMMANDS.paymentProcess, standing));
      }
    },
  );

  it.each([COMMANDS.orderGet, COMMANDS.paymentGet, COMMANDS.inventoryList])(
    'never replays the query %s',
    (pattern) => {
      for (const standing of ALL) expect(told(pattern, standing)).toBe('obsolete -D');
    },
  );

  it('allows nothing while it is not known where it stands', () => {
    const unclear = { unclear: 'The order service is away.' };
    expect(verdictOf(command(COMMANDS.paymentProcess), undefined, unclear, 'young')).toEqual({
      class: 'unclear',
      why: 'The order service is away.',
      replay: 'refused',
      discard: 'refused',
    });
  });

  it('never lets an undo of money or stock be lost that is not sent again', () => {
    const sentAgain = ['awaited', 'to come', 'not awaited', 'finished', 'saga mismatch', 'undoing'];
    for (const pattern of [COMMANDS.inventoryRelease, COMMANDS.paymentRefund]) {
      for (const reason of [undefined, 'INTERNAL', 'WRONG_SAGA', 'DATABASE_UNAVAILABLE']) {
        const discardable = ALL.filter(
          (standing) => verdictOf(command(pattern), reason, standing, 'young').discard === 'legal',
        );
        expect(discardable).toEqual([...sentAgain, 'CONFIRMED']);
      }
    }
  });

  it('says why, in a sentence', () => {
    for (const pattern of Object.values(COMMANDS)) {
      for (const standing of ALL) {
        const { why } = verdictOf(command(pattern), 'INTERNAL', standing, 'young');
        expect(why).toMatch(/^[A-Z].*\.$/);
        expect(why).not.toMatch(/[{}]/);
      }
    }
    expect(
      verdictOf(command(COMMANDS.orderConfirm), undefined, 'CANCELLED', 'young').why,
    ).toContain('CANCELLED');
  });
});

describe('a dead letter that is too old', () => {
  const UNDO_KEPT_FOR_EVER: string[] = [
    COMMANDS.paymentRefund,
    COMMANDS.paymentReturn,
    COMMANDS.orderCancel,
  ];

  it('is never replayed, wherever it stands, if its row may be gone', () => {
    for (const pattern of Object.values(COMMANDS)) {
      if (UNDO_KEPT_FOR_EVER.includes(pattern)) continue;
      for (const standing of ALL) {
        const { replay } = verdictOf(command(pattern), undefined, standing, 'old');
        expect(replay).toBe('refused');
      }
    }
    expect(verdictOf(command(COMMANDS.orderCreate), 'INTERNAL', 'NONE', 'old')).toMatchObject({
      class: 'obsolete',
      discard: 'legal',
    });
  });

  it.each(UNDO_KEPT_FOR_EVER)('is judged as ever if it is %s, whose row is kept', (pattern) => {
    for (const reason of [undefined, 'INTERNAL', 'PROVIDER_UNAVAILABLE']) {
      for (const standing of ALL) {
        const [old, young] = (['old', 'young'] as const).map((age) =>
          verdictOf(command(pattern), reason, standing, age),
        );
        expect(old).toEqual(young);
      }
    }
  });

  it('is never to be discarded for that, if it is the one undo of stock', () => {
    for (const standing of ALL) {
      const [old, young] = (['old', 'young'] as const).map((age) =>
        verdictOf(command(COMMANDS.inventoryRelease), undefined, standing, age),
      );
      expect(old!.discard).toBe(young!.discard);
    }
    const release = verdictOf(command(COMMANDS.inventoryRelease), 'INTERNAL', 'CANCELLED', 'old');
    expect(release).toMatchObject({ class: 'unclear', replay: 'refused', discard: 'refused' });
    expect(release.why).toMatch(/60 days.*decide manually/);
  });

  it('may be, if it does not say when it died: then no do without a saga is replayed', () => {
    const may = (pattern: string, standing: Standing) =>
      verdictOf(command(pattern), undefined, standing, 'unknown').replay;
    expect(may(COMMANDS.orderCreate, 'NONE')).toBe('refused');
    expect(may(COMMANDS.inventoryReserve, 'PENDING')).toBe('refused');
    expect(may(COMMANDS.inventoryReserve, 'awaited')).toBe('legal');
    expect(may(COMMANDS.paymentRefund, 'CANCELLED')).toBe('legal');
    expect(may(COMMANDS.orderCancel, 'PENDING')).toBe('legal');
  });
});

describe('how a dead letter died', () => {
  //  reason                  an order that waits for it   the order was decided meanwhile
  it.each([
    [undefined, 'replayable RD', 'obsolete -D'],
    ['DATABASE_UNAVAILABLE', 'replayable RD', 'obsolete -D'],
    ['PROVIDER_UNAVAILABLE', 'replayable RD', 'obsolete -D'],
    ['HANDLER_DEADLINE', 'replayable RD', 'obsolete -D'],
    ['ORDER_NOT_FOUND', 'replayable RD', 'obsolete -D'],
    ['UNKNOWN_PATTERN', 'replayable RD', 'obsolete -D'],
    ['INVALID_DATA', 'replayable RD', 'obsolete -D'],
    ['INTERNAL', 'poison rD', 'obsolete -D'],
    ['AMOUNT_MISMATCH', 'poison rD', 'obsolete -D'],
    ['WRONG_SAGA', 'poison rD', 'obsolete -D'],
    ['ORDER_CONFIRMED', 'poison rD', 'obsolete -D'],
    ['SAGA_REQUIRED', 'poison rD', 'obsolete -D'],
    ['SENDER_REFUSED', 'poison rD', 'obsolete -D'],
    ['SOMETHING_NEW', 'poison rD', 'obsolete -D'],
    ['constructor', 'poison rD', 'obsolete -D'],
  ])('of %s decides whether a replay would only repeat it', (reason, waits, decided) => {
    expect(told(COMMANDS.paymentProcess, 'PENDING', reason)).toBe(waits);
    expect(told(COMMANDS.paymentProcess, 'CANCELLED', reason)).toBe(decided);
  });

  it('keeps an undo of money from being discarded, however poisonous', () => {
    expect(told(COMMANDS.paymentRefund, 'CANCELLED', 'INTERNAL')).toBe('poison r-');
  });

  it('lets an undo be discarded that was refused because it names no saga, and only then', () => {
    expect(told(COMMANDS.paymentRefund, 'CANCELLED', 'SAGA_REQUIRED')).toBe('poison rD');
    const bare = command(COMMANDS.paymentRefund) as Extract<DeadLetterShape, { kind: 'command' }>;
    const saga = {
      sagaId: bare.command.orderId,
      step: 'X',
      direction: 'undo',
      attempt: 1,
    } as const;
    const named = { ...bare, command: { ...bare.command, saga } };
    expect(verdictOf(named, 'SAGA_REQUIRED', 'unknown saga', 'young')).toMatchObject({
      class: 'replayable',
      discard: 'refused',
    });
    const why = /names no saga.*COMMANDS=open/;
    expect(verdictOf(bare, 'SAGA_REQUIRED', 'CANCELLED', 'young').why).toMatch(why);
  });

  it('lets an undo be discarded that came from a user whose commands are not taken', () => {
    expect(told(COMMANDS.paymentRefund, 'CANCELLED', 'SENDER_REFUSED')).toBe('poison rD');
  });

  it('distinguishes what a repair would help from what the participant always refuses', () => {
    const shape = command(COMMANDS.paymentProcess);
    expect(verdictOf(shape, 'INTERNAL', 'PENDING', 'young').why).toMatch(/bug is repaired/);
    expect(verdictOf(shape, 'WRONG_SAGA', 'PENDING', 'young').why).toMatch(
      /refuses it permanently/,
    );
  });
});

describe('a dead letter that is no command', () => {
  it.each<[string, DeadLetterShape, RegExp]>([
    ['unknown shape', { kind: 'unreadable', why: 'not JSON' }, /not a command: not JSON/],
    ['unknown shape', { kind: 'unknown pattern', pattern: 'order.fold' }, /handles order\.fold/],
    ['poison', { kind: 'invalid data', pattern: 'order.get', why: 'x' }, /refused again/],
  ])('is %s, to be discarded and not to be replayed', (letterClass, shape, why) => {
    expect(verdictOf(shape, 'NOT_JSON', 'NONE', 'young')).toEqual({
      class: letterClass,
      why: expect.stringMatching(why),
      replay: 'refused',
      discard: 'legal',
    });
  });
});
