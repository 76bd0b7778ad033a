import type { BatchOutcome } from '@backstitch/coalesce';
import type { PipelinedTransaction } from '@backstitch/database';
import { Fault } from '@backstitch/shared-types';
import {
  answerTo,
  releaseFault,
  sagaMismatch,
  type ReservedLine,
  type Reservation,
  type StockAnswer,
} from './reservation.js';
import { StockLevels } from './stock-levels.js';
import {
  claimReservations,
  reservationFrom,
  linesByOrder,
  lockReservations,
  lockProducts,
  productFrom,
  readReservations,
  readLines,
  write,
  type Writes,
} from './stock.sql.js';
import { commit, extend, release, reserve, type Demand } from './stock.js';

interface ReserveCommand {
  kind: 'reserve';
  orderId: string;
  sagaId: string | undefined;
  demand: readonly Demand[];
  holdSeconds: number;
}

interface EndCommand {
  kind: 'release' | 'commit';
  orderId: string;
  sagaId: string | undefined;
}

interface ExtendCommand {
  kind: 'extend';
  orderId: string;
  sagaId: string | undefined;
  /** In UTC with milliseconds. */
  until: string;
}

export type StockCommand = ReserveCommand | EndCommand | ExtendCommand;

export interface ReservationTerms {
  /** Minor digits of the currency. */
  digits: number;
  /** Finished reservations are archived when they are so old. */
  keptDays: number;
}

type Outcome = BatchOutcome<StockAnswer>;

/**
 * One transaction for commands of as many different orders: claim and lock the reservations, lock
 * the products, decide one command after another in arrival order, write once. Two or three round
 * trips.
 */
export class StockTransaction {
  private readonly claimed = new Map<string, Reservation>();
  private readonly locked = new Map<string, Reservation>();
  private readonly newLines: Writes['newLines'][number][] = [];
  private readonly changedReservations: Reservation[] = [];
  private levels = new StockLevels([]);

  constructor(
    private readonly transaction: PipelinedTransaction,
    private readonly commands: readonly StockCommand[],
    private readonly terms: ReservationTerms,
  ) {}

  async run(): Promise<Outcome[]> {
    await this.claimAndLock();
    const outcomes = this.commands.map((command) => this.decide(command));
    const repeats = this.commands.filter((_, index) => !outcomes[index]);
    const answers = await this.writeAndCommit(repeats);
    return outcomes.map((outcome, index) => {
      return outcome ?? this.answerFrom(answers, this.commands[index]!);
    });
  }

  private async claimAndLock(): Promise<void> {
    const claims = this.commands.flatMap((command) => claimOf(command) ?? []);
    const demand = this.commands.flatMap((each) => (each.kind === 'reserve' ? each.demand : []));
    const toLock = this.commands.filter(({ kind }) => kind !== 'reserve').map(orderIdOf);
    const onlyReserves = toLock.length === 0;
    const [claimed = [], locked = [], products = []] = await this.transaction.send(
      claims.length > 0 ? claimReservations(claims, this.terms.keptDays) : undefined,
      onlyReserves ? undefined : lockReservations(toLock),
      onlyReserves ? lockProducts(productIdsOf(demand)) : undefined,
    );
    const sagaIds = new Map(this.commands.map((each) => [each.orderId, each.sagaId]));
    for (const row of claimed) {
      const sagaId = sagaIds.get(row.order_id as string) ?? null;
      const unwritten = { ...row, saga_id: sagaId, status: 'ACTIVE', refusal_code: null };
      this.claimed.set(row.order_id as string, reservationFrom(unwritten));
    }
    for (const row of locked) this.locked.set(row.order_id as string, reservationFrom(row));
    this.levels = this.levelsOf(onlyReserves ? products : await this.lockWhatMoves());
  }

  /**
   * Reservations before products: which reservations name products that will move is known only
   * now.
   */
  private async lockWhatMoves(): Promise<Record<string, unknown>[]> {
    const demand = this.commands.flatMap((command) => {
      return command.kind === 'reserve' && this.claimed.has(command.orderId) ? command.demand : [];
    });
    const moving = this.commands.filter((each) => this.movesLockedReservation(each)).map(orderIdOf);
    if (demand.length === 0 && moving.length === 0) return [];
    const [lines = [], products = []] = await this.transaction.send(
      moving.length > 0 ? readLines(moving) : undefined,
      lockProducts(productIdsOf(demand), moving),
    );
    for (const [orderId, held] of linesByOrder(lines, this.terms.digits)) {
      this.locked.set(orderId, { ...this.locked.get(orderId)!, lines: held });
    }
    return products;
  }

  private movesLockedReservation({ kind, orderId }: StockCommand): boolean {
    const status = this.locked.get(orderId)?.status;
    if (kind === 'release') return status === 'ACTIVE' || status === 'CONSUMED';
    return (kind === 'commit' || kind === 'extend') && status === 'EXPIRED';
  }

  /**
   * undefined: a reserve that claimed nothing, answered by reading the reservation, if any, later.
   */
  private decide(command: StockCommand): Outcome | undefined {
    const { kind, orderId, sagaId } = command;
    if (kind === 'reserve') {
      const reservation = this.claimed.get(orderId);
      if (!reservation) return undefined;
      const after = reserve(reservation, command.demand, this.levels, this.terms.digits);
      if (after.status === 'REJECTED') this.changedReservations.push(after);
      for (const line of after.lines) this.newLines.push({ orderId, line });
      return { ok: answerTo(kind, after, this.terms.digits) };
    }
    const reservation = this.locked.get(orderId);
    if (!reservation) return { error: notFound(orderId) };
    const fault =
      kind === 'release' ? releaseFault(reservation, sagaId) : sagaMismatch(reservation, sagaId);
    if (fault) return { error: fault };
    const after = this.ended(command, reservation);
    if (after !== reservation) this.changedReservations.push(after);
    return { ok: answerTo(kind, after, this.terms.digits) };
  }

  private ended(
    command: Exclude<StockCommand, ReserveCommand>,
    reservation: Reservation,
  ): Reservation {
    if (command.kind === 'extend') return extend(reservation, command.until, this.levels);
    return command.kind === 'release'
      ? release(reservation, this.levels)
      : commit(reservation, this.levels);
  }

  private async writeAndCommit(
    repeats: readonly StockCommand[],
  ): Promise<Map<string, Reservation>> {
    const writes = {
      moves: this.levels.changes(),
      newLines: this.newLines,
      reservations: this.changedReservations,
    };
    const changed = writes.moves.length + writes.newLines.length + writes.reservations.length > 0;
    const orderIds = repeats.map(orderIdOf);
    const [, reservations = [], lines = []] = await this.transaction.commit(
      changed ? write(writes, this.terms.digits) : undefined,
      orderIds.length > 0 ? readReservations(orderIds) : undefined,
      orderIds.length > 0 ? readLines(orderIds) : undefined,
    );
    const byOrder = linesByOrder(lines, this.terms.digits);
    return new Map(
      reservations.map((row) => {
        const orderId = row.order_id as string;
        return [orderId, reservationFrom(row, byOrder.get(orderId))];
      }),
    );
  }

  private answerFrom(
    reservations: Map<string, Reservation>,
    { kind, orderId, sagaId }: StockCommand,
  ): Outcome {
    const reservation = reservations.get(orderId);
    if (!reservation) return { error: notFound(orderId) };
    const mismatch = sagaMismatch(reservation, sagaId);
    return mismatch ? { error: mismatch } : { ok: answerTo(kind, reservation, this.terms.digits) };
  }

  private levelsOf(products: readonly Record<string, unknown>[]): StockLevels {
    return new StockLevels(products.map((row) => productFrom(row, this.terms.digits)));
  }
}

/**
 * A reserve claims a reservation; a release claims the tombstone that refuses the reserve to come.
 */
function claimOf(command: StockCommand) {
  const { kind, orderId, sagaId } = command;
  if (kind === 'commit' || kind === 'extend') return undefined;
  return kind === 'reserve'
    ? { orderId, sagaId, status: 'ACTIVE' as const, holdSeconds: command.holdSeconds }
    : { orderId, sagaId, status: 'RELEASED' as const, holdSeconds: 0 };
}

const orderIdOf = ({ orderId }: StockCommand) => orderId;
const productIdsOf = (lines: readonly (Demand | ReservedLine)[]) => [
  ...new Set(lines.map(({ productId }) => productId)),
];

/** None was ever made, or it is archived: an undo must not be answered as done. */
function notFound(orderId: string): Fault {
  return new Fault('RESERVATION_NOT_FOUND', `There is no reservation for order ${orderId}`, false);
}
