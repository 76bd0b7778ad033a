import type { DeadLetter } from '@backstitch/messaging';
import type { Database } from '@backstitch/service-kit';
import type { DeadLetterClass } from '@backstitch/shared-types';
import {
  BEGIN_REPLAY,
  behind,
  COUNTS,
  DISCARD,
  END_REPLAY,
  FILTERS,
  FIND,
  GIVE_UP_REPLAY,
  groups,
  KEEP_CLASSES,
  page,
  STORE,
} from './dead-letters.sql.js';
import { type NewDeadLetter, SHOWN_BYTES_MAX } from './new-dead-letter.js';
import { propertiesOf } from './stored-properties.js';

/** A dead letter as its row says it. */
export interface StoredDeadLetter extends DeadLetter {
  readonly id: string;
  /** Its place in the list. */
  readonly seq: string;
  readonly state: 'open' | 'replaying';
  /** The class that was determined last. */
  readonly class: DeadLetterClass;
  /** Of the whole body: a list has the beginning alone, and so may the row. */
  readonly byteCount: number;
  readonly firstSeenAt: Date;
  readonly replayedCount: number;
}

/** Undefined: whatever it is. */
export interface DeadLetterFilter {
  readonly queue?: string | undefined;
  readonly pattern?: string | undefined;
  readonly reason?: string | undefined;
  readonly saga?: string | undefined;
}

export interface DeadLetterGroupRow {
  readonly queue: string;
  readonly pattern: string | null;
  readonly reason: string | null;
  readonly class: DeadLetterClass;
  readonly count: number;
  readonly oldestAt: Date;
  readonly newestAt: Date;
  /** How many groups there are. */
  readonly groupCount: number;
}

/** The operator and the reason of an action on a dead letter; it is recorded under its id. */
export interface DeadLetterActor {
  readonly actionId: string;
  readonly operator: string;
  readonly reason: string;
}

export type ArrivingDeadLetter = NewDeadLetter & { readonly isRedelivered: boolean };

type Row = Omit<StoredDeadLetter, 'body' | 'properties'> & { bytes: Buffer; properties: unknown };

/** The dead letters of all queues: table dead_letters. */
export class DeadLettersRepository {
  constructor(private readonly database: Pick<Database, 'query'>) {}

  /** Stores all of them or none. A message that comes again is the same row. */
  async store(arriving: readonly ArrivingDeadLetter[]): Promise<void> {
    const rows = [...new Map(arriving.map((row) => [row.id, row])).values()];
    const column = <Name extends keyof ArrivingDeadLetter>(name: Name) =>
      rows.map((row) => row[name]);
    const values = [
      column('id'),
      column('queue'),
      column('class'),
      column('reason'),
      column('pattern'),
      column('sagaId'),
      column('orderId'),
      column('step'),
      column('direction'),
      column('attempt'),
      column('bytes'),
      column('properties'),
      column('diedAt'),
      column('lastDiedAt'),
      column('isRedelivered'),
      column('byteCount'),
    ];
    await this.database.query({ name: 'dead_letters_store', text: STORE, values });
  }

  /** So many behind a place in the list, in its order. */
  async page(filter: DeadLetterFilter, limit: number, after = '0'): Promise<StoredDeadLetter[]> {
    const { text, name, values } = conditions(filter, 3);
    const rows = await this.database.query<Row>({
      name: `dead_letters_page${name}`,
      text: page(text, SHOWN_BYTES_MAX),
      values: [after, limit, ...values],
    });
    return rows.map(storedOf);
  }

  /** How many there are behind a place in the list, by queue. */
  async countsBehind(filter: DeadLetterFilter, after = '0'): Promise<Record<string, number>> {
    const { text, name, values } = conditions(filter, 2);
    const query = { name: `dead_letters_behind${name}`, text: behind(text) };
    return this.counts({ ...query, values: [after, ...values] });
  }

  /** The largest groups, as their members were classed last. */
  groups(filter: DeadLetterFilter, limit: number): Promise<DeadLetterGroupRow[]> {
    const { text, name, values } = conditions(filter, 2);
    const query = { name: `dead_letters_groups${name}`, text: groups(text) };
    return this.database.query<DeadLetterGroupRow>({ ...query, values: [limit, ...values] });
  }

  /** Undefined when there is none, or when it was replayed or discarded. */
  async find(id: string): Promise<StoredDeadLetter | undefined> {
    const query = { name: 'dead_letters_find', text: FIND, values: [id] };
    const [row] = await this.database.query<Row>(query);
    return row && storedOf(row);
  }

  async keepClasses(classes: ReadonlyMap<string, DeadLetterClass>): Promise<void> {
    if (classes.size === 0) return;
    const values = [[...classes.keys()], [...classes.values()]];
    await this.database.query({ name: 'dead_letters_classes', text: KEEP_CLASSES, values });
  }

  /** False when there is none to be replayed: it is decided, or another replay is under way. */
  beginReplay(id: string, actor: DeadLetterActor): Promise<boolean> {
    return this.actOn('dead_letters_begin_replay', BEGIN_REPLAY, id, actor);
  }

  /** Its message is sent. */
  async endReplay(id: string, actionId: string): Promise<void> {
    const values = [id, actionId];
    await this.database.query({ name: 'dead_letters_end_replay', text: END_REPLAY, values });
  }

  /** Its message was not sent, or perhaps not: it is open again. */
  async giveUpReplay(id: string, actionId: string): Promise<void> {
    const values = [id, actionId];
    await this.database.query({ name: 'dead_letters_give_up', text: GIVE_UP_REPLAY, values });
  }

  /** False when there is none to be discarded: it is decided, or a replay is under way. */
  discard(id: string, actor: DeadLetterActor): Promise<boolean> {
    return this.actOn('dead_letters_discard', DISCARD, id, actor);
  }

  /** How many there are to be decided on, by queue; a queue that has none is left out. */
  openCounts(): Promise<Record<string, number>> {
    return this.counts({ name: 'dead_letters_counts', text: COUNTS, values: [] });
  }

  private async actOn(
    name: string,
    text: string,
    id: string,
    { actionId, operator, reason }: DeadLetterActor,
  ): Promise<boolean> {
    const values = [id, actionId, operator, reason];
    return (await this.database.query({ name, text, values })).length > 0;
  }

  private async counts(query: { name: string; text: string; values: unknown[] }) {
    const rows = await this.database.query<{ queue: string; count: number }>(query);
    return Object.fromEntries(rows.map(({ queue, count }) => [queue, count]));
  }
}

function storedOf({ bytes, properties, ...row }: Row): StoredDeadLetter {
  return { ...row, body: bytes, properties: propertiesOf(properties) };
}

/** A statement for each set of filters, so that each finds its rows by an index. */
function conditions(filter: DeadLetterFilter, firstParameter: number) {
  const names = Object.keys(FILTERS) as (keyof typeof FILTERS)[];
  const given = names.filter((name) => filter[name] !== undefined);
  const text = given.map((name, at) => `AND ${FILTERS[name]} = $${firstParameter + at}`).join(' ');
  const name = given.map((each) => `_${each}`).join('');
  return { text, name, values: given.map((each) => filter[each]) };
}
