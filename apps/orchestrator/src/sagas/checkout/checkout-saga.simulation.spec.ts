import {
  MemoryDatabase,
  simulate,
  simulationBudget,
  replayKept,
  simulationReport,
  type BrokenParts,
  type World,
} from '@backstitch/saga-engine/testing';
import { defineSaga, step, type ReplyOutcome } from '@backstitch/saga-engine';
import { describe, expect, it } from '@jest/globals';
import { SimulatedBank, type Charge } from '../../testing/shop/bank.js';
import { DONE } from '../../testing/shop/answers.js';
import { SimulatedOrders } from '../../testing/shop/orders.js';
import { SimulatedPayments, type Answer, type Payment } from '../../testing/shop/payments.js';
import { SimulatedShop, type ShopParts } from '../../testing/shop/simulated-shop.js';
import simulated, { keptSeeds } from '../../testing/shop/simulation.js';
import { SimulatedStock } from '../../testing/shop/stock.js';
import type { CheckoutInput } from './checkout.js';

const checkout = simulated.definition;

describe('the checkout saga, among orchestrators and services that fail', () => {
  it('ends every checkout of the runs that were worth keeping as it must', async () => {
    expect(await replayKept(simulated, keptSeeds)).toBeUndefined();
  });

  it('ends every checkout wholly done or wholly undone, whatever happens', async () => {
    const budget = simulationBudget(3_000);
    const report = simulationReport(await simulate(simulated, budget), budget);
    process.stderr.write(`${report}\n`);
    expect(report).toMatch(/^simulation: \d+ runs/);
  }, 1_800_000);
});

/** A healthy saga passes these runs in seconds; SIMULATION_SHOW=1 tells what was caught. */
const BUDGET = { runs: 10_000, seed: 1, shrinkTriesMax: process.env.SIMULATION_SHOW ? 4_000 : 0 };

/** The problems of the first breach, or an error when there is none. */
async function caught(
  shop: (world: World) => Partial<ShopParts>,
  broken: BrokenParts = {},
  definition = checkout,
): Promise<string> {
  const participants = (world: World) => new SimulatedShop(world, shop(world));
  const otherVersions = [{ ...definition, version: definition.version + 1 }];
  const options = { ...simulated, definition, otherVersions, participants, broken };
  const report = await simulate(options, BUDGET);
  if (process.env.SIMULATION_SHOW) process.stderr.write(`${simulationReport(report, BUDGET)}\n`);
  if (!report.failure) throw new Error(`nothing was caught in ${report.runs} runs`);
  return report.failure.problems.join('; ');
}

const paid = (
  Payments: typeof SimulatedPayments,
  Bank: typeof SimulatedBank = SimulatedBank,
): ((world: World) => Partial<ShopParts>) => {
  return (world) => ({ payments: new Payments(world, new Bank(world)) });
};

describe('the simulation catches', () => {
  it('a confirmed order that can be cancelled', async () => {
    class Cancelling extends SimulatedOrders {
      override cancel(orderId: string): ReplyOutcome {
        this.rows.set(orderId, 'CANCELLED');
        return DONE;
      }
    }
    const problems = await caught(() => ({ orders: new Cancelling() }));
    expect(problems).toContain('DONE, but the order is CANCELLED');
  });

  it('an order cancelled before it was created that leaves no tombstone', async () => {
    class Tombless extends SimulatedOrders {
      override cancel(orderId: string): ReplyOutcome {
        return this.of(orderId) === 'NONE' ? DONE : super.cancel(orderId);
      }
    }
    expect(await caught(() => ({ orders: new Tombless() }))).toContain('the order is');
  });

  it('a release that leaves no tombstone', async () => {
    class Tombless extends SimulatedStock {
      override release(orderId: string): ReplyOutcome {
        return this.of(orderId).state === 'NONE' ? DONE : super.release(orderId);
      }
    }
    const problems = await caught(() => ({ stock: new Tombless(2) }));
    expect(problems).toContain('COMPENSATED, but the reservation is ACTIVE');
  });

  it('a release that leaves sold stock sold', async () => {
    class Shy extends SimulatedStock {
      override release(orderId: string): ReplyOutcome {
        return this.of(orderId).state === 'CONSUMED' ? DONE : super.release(orderId);
      }
    }
    const problems = await caught(() => ({ stock: new Shy(2) }));
    expect(problems).toContain('COMPENSATED, but the reservation is CONSUMED');
  });

  it('a refused reservation that is not remembered', async () => {
    class Forgetful extends SimulatedStock {
      override reserve(orderId: string): ReplyOutcome {
        const reservation = this.of(orderId);
        if (reservation.state === 'REJECTED') reservation.state = 'NONE';
        return super.reserve(orderId);
      }
    }
    const problems = await caught(() => ({ stock: new Forgetful(1) }));
    expect(problems).toContain('the reservation is ACTIVE');
  });

  it('a reservation that expired and is sold without its stock', async () => {
    class Generous extends SimulatedStock {
      override commit(orderId: string): ReplyOutcome {
        const reservation = this.of(orderId);
        if (reservation.state === 'EXPIRED') reservation.state = 'CONSUMED';
        return super.commit(orderId);
      }
    }
    expect(await caught(() => ({ stock: new Generous(2) }))).toContain('accounted for');
  });

  it('a refund of a pending payment that reads the charge and voids no key', async () => {
    class QueryingBank extends SimulatedBank {
      override cancel(key: string): ReturnType<SimulatedBank['cancel']> {
        return this.of(key).decision === 'NONE' ? 'CANCELLED' : super.cancel(key);
      }
    }
    expect(await caught(paid(SimulatedPayments, QueryingBank))).toContain('the bank took 1');
  });

  it('a refund of a pending payment that only leaves a tombstone', async () => {
    class Hasty extends SimulatedPayments {
      override refund(orderId: string, answer: Answer): void {
        const row = this.of(orderId);
        if (row.state === 'PENDING') row.state = 'CANCELLED';
        super.refund(orderId, answer);
      }
    }
    expect(await caught(paid(Hasty))).toContain('the bank took 1 and returned 0');
  });

  it('a refund of an unknown payment that leaves no tombstone', async () => {
    class Tombless extends SimulatedPayments {
      override refund(orderId: string, answer: Answer): void {
        if (this.of(orderId).state === 'NONE') answer(DONE);
        else super.refund(orderId, answer);
      }
    }
    expect(await caught(paid(Tombless))).toContain('COMPENSATED, but the payment is SUCCESS');
  });

  it('an outcome that is written over a requested refund', async () => {
    class Careless extends SimulatedPayments {
      protected override settle(row: Payment, decision: Charge['decision']): void {
        row.state = decision === 'APPROVED' ? 'SUCCESS' : 'FAILED';
      }
    }
    expect(await caught(paid(Careless))).toContain('the payment is');
  });

  it('a recovery that takes a charge that is not found for a failed one', async () => {
    class Hopeless extends SimulatedPayments {
      override recover(orderId: string): void {
        const row = this.of(orderId);
        const isUnknown = this.bank.of(orderId).decision === 'NONE';
        if (row.state === 'PENDING' && isUnknown) row.state = 'FAILED';
        else super.recover(orderId);
      }
    }
    expect(await caught(paid(Hopeless))).toContain('the bank took 1');
  });

  it('a charge without the provider key', async () => {
    class Keyless extends SimulatedBank {
      override charge(key: string): Charge['decision'] {
        const charge = this.of(key);
        if (charge.decision === 'APPROVED') charge.decision = 'NONE';
        return super.charge(key);
      }
    }
    expect(await caught(paid(SimulatedPayments, Keyless))).toContain('the bank took');
  });

  it('any error that says "do not retry" taken for a business no', async () => {
    const steps = checkout.steps.map((step) => ({
      ...step,
      rejections: Object.assign(new Set(step.rejections), { has: () => true }),
    }));
    await caught(() => ({}), { definition: { ...checkout, steps } });
  });

  it('a confirmation of unknown outcome that is undone', async () => {
    const steps = checkout.steps.map((step) => ({ ...step, pastPivot: false }));
    await caught(() => ({}), { definition: { ...checkout, steps } });
  });

  it('stock that is committed only when the order is confirmed', async () => {
    const order = [0, 1, 2, 4, 3].map((at) => checkout.steps[at]!);
    const steps = order.map(({ name, do: does, undo, rejections }, at) => {
      const business = at === 4 ? [] : [...rejections]; // after the pivot nothing may be rejected
      const rest = {
        rejections: business,
        ...(undo && { undo }),
        ...(at === 3 && { pivot: true as const }),
      };
      return step<CheckoutInput>(name, { do: does, ...rest });
    });
    const { version, name, deadlineMs } = checkout;
    const definition = defineSaga<CheckoutInput>({ name, version, deadlineMs, steps });
    expect(await caught(() => ({}), {}, definition)).toContain('does not end');
  });

  it('a saga row that is written without its guard', async () => {
    class Unguarded extends MemoryDatabase {
      protected override follows(): boolean {
        return true;
      }
    }
    await caught(() => ({}), { database: (clock) => new Unguarded(clock) });
  });
});
