import type { SagaInstance } from '@backstitch/saga-engine';
import type { SagaLogView, SagaMilestone, SagaView } from '@backstitch/shared-types';

/** What a checkout has reached when these rows are in its log, in this order. */
const MILESTONES: readonly { state: string; step: string; status: SagaLogView['status'] }[] = [
  { state: 'CREATED', step: 'ORDER_CREATED', status: 'COMPLETED' },
  { state: 'INVENTORY_RESERVED', step: 'INVENTORY_RESERVED', status: 'COMPLETED' },
  { state: 'PAYMENT_PENDING', step: 'PAYMENT_PROCESSED', status: 'STARTED' },
  { state: 'PAID', step: 'PAYMENT_PROCESSED', status: 'COMPLETED' },
  { state: 'CONFIRMED', step: 'ORDER_CONFIRMED', status: 'COMPLETED' },
];

const HOLD_ENDS = ['INVENTORY_COMMITTED', 'RELEASE_INVENTORY'];

/** What is told of a checkout beside what is told of every saga. Pure. */
export function checkoutView(
  general: SagaView,
  saga: Pick<SagaInstance, 'input'>,
  { currency, holdSeconds }: { currency: string; holdSeconds: number },
): SagaView {
  const { totalAmount } = (saga.input ?? {}) as { totalAmount?: unknown };
  return {
    ...general,
    amount: typeof totalAmount === 'string' ? totalAmount : null,
    currency,
    lifecycle: lifecycleOf(general.log),
    holdExpiresAt: holdExpiresAt(general.log, holdSeconds),
  };
}

function lifecycleOf(log: readonly SagaLogView[]): SagaMilestone[] {
  return MILESTONES.flatMap(({ state, step, status }) => {
    const row = log.find((one) => one.step === step && one.status === status);
    return row ? [{ state, at: row.createdAt }] : [];
  });
}

/** The hold began after the command was sent: it ends no earlier than this. */
function holdExpiresAt(log: readonly SagaLogView[], holdSeconds: number): string | null {
  const ofReserve = log.filter(({ step }) => step === 'INVENTORY_RESERVED');
  const isHeld = ofReserve.some(({ status }) => status === 'COMPLETED');
  const isOver = log.some((row) => row.status === 'COMPLETED' && HOLD_ENDS.includes(row.step));
  if (!isHeld || isOver) return null;
  return new Date(Date.parse(ofReserve[0]!.createdAt) + holdSeconds * 1_000).toISOString();
}
