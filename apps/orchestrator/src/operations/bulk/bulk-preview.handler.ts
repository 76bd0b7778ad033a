import type { OperatorAction, SagaInstance, SagaStore } from '@backstitch/saga-engine';
import { currentStepOf, statusOf } from '@backstitch/saga-engine';
import { validationProblem } from '@backstitch/service-kit';
import {
  BULK_SAGAS_MAX,
  type BulkEffects,
  type BulkPreview,
  currencyDigits,
  fromMinor,
  PAGE_LIMIT_MAX,
  toMinor,
} from '@backstitch/shared-types';
import type { SagaRegistry } from '../../host/registry/saga-registry.js';
import { placeBefore } from '../before-place.js';
import { onlyFields } from '../query-fields.js';
import { whyRefused } from '../saga-refusals.js';
import {
  type SagaFilter,
  sagaFilter,
  SAGA_FIELDS,
  SAGA_SEARCH,
} from '../search/saga-search-query.js';
import type { SagaSearchRepository } from '../search/saga-search.repository.js';
import type { PreviewRequest } from './bulk-request.dto.js';
import type { BulkRepository } from './bulk.repository.js';
import { effectsOn } from './preview-effects.js';

const AT_ONCE = 20;
const SAMPLE_MAX = 10;

export interface BulkPreviewParts {
  registry: Pick<SagaRegistry, 'definition'>;
  store: Pick<SagaStore, 'load'>;
  search: Pick<SagaSearchRepository, 'find'>;
  bulk: BulkRepository;
  currency: string;
  /** Database time. */
  nowMs(): number;
}

/** What of the input of a saga the effects are computed from. */
type Input = { userId?: unknown; totalAmount?: unknown; items?: unknown };

/** Says what an action on many sagas would cost, and freezes the set. It changes nothing else. */
export class BulkPreviewHandler {
  constructor(private readonly parts: BulkPreviewParts) {}

  async preview(request: PreviewRequest, operator: string): Promise<BulkPreview> {
    const { action } = request;
    const sagas = await this.loaded(await this.idsOf(request));
    const refused = new Map<string, number>();
    const legal: SagaInstance[] = [];
    const sum = new EffectSum(currencyDigits(this.parts.currency));
    for (const saga of sagas) {
      const why = saga ? sum.add(saga, this.effects(saga, action)) : 'There is no such saga.';
      if (why === undefined) legal.push(saga!);
      else refused.set(why, (refused.get(why) ?? 0) + 1);
    }
    const ids = legal.map(({ sagaId }) => sagaId);
    const { previewId, expiresAt } = await this.parts.bulk.preview(action, ids, operator);
    return {
      previewId,
      action,
      expiresAt: expiresAt.toISOString(),
      legal: ids.length,
      refused: [...refused].map(([why, count]) => ({ why, count })),
      effects: sum.effects(),
      sample: legal.slice(0, SAMPLE_MAX).map(sampleOf),
    };
  }

  private effects(saga: SagaInstance, action: OperatorAction) {
    const definition = this.parts.registry.definition(saga);
    return effectsOn(definition, saga, action, this.parts.nowMs());
  }

  private async idsOf({ ids, filter }: PreviewRequest): Promise<string[]> {
    if ((ids === undefined) === (filter === undefined)) {
      const message = 'ids or filter must be there, and not both';
      throw validationProblem([{ field: 'ids', message }]);
    }
    if (ids) return [...new Set(ids.map((id) => id.toLowerCase()))];
    onlyFields(filter!, SAGA_FIELDS);
    return this.found(sagaFilter(filter!));
  }

  private async found(filter: SagaFilter): Promise<string[]> {
    const ids: string[] = [];
    let next: string | null | undefined;
    while (next !== null) {
      const before = placeBefore(SAGA_SEARCH, next);
      const page = await this.parts.search.find({ ...filter, before, limit: PAGE_LIMIT_MAX });
      ids.push(...page.sagas.map(({ sagaId }) => sagaId));
      if (ids.length > BULK_SAGAS_MAX) {
        const message = `filter must find at most ${BULK_SAGAS_MAX} sagas: narrow it`;
        throw validationProblem([{ field: 'filter', message }]);
      }
      ({ next } = page);
    }
    return ids;
  }

  private async loaded(ids: readonly string[]): Promise<(SagaInstance | undefined)[]> {
    const sagas: (SagaInstance | undefined)[] = [];
    for (let at = 0; at < ids.length; at += AT_ONCE) {
      const some = ids.slice(at, at + AT_ONCE);
      sagas.push(...(await Promise.all(some.map((id) => this.parts.store.load(id)))));
    }
    return sagas;
  }
}

/** Adds up what the sagas of a set lead to. */
class EffectSum {
  private readonly commands: Record<string, number> = {};
  private refunds = 0;
  private refundsInDoubt = 0;
  private refundMinor = 0;
  private units = 0;

  constructor(private readonly digits: number) {}

  /** Why the action is refused; undefined when it is legal, and was added. */
  add(saga: SagaInstance, effects: ReturnType<typeof effectsOn>): string | undefined {
    if ('refusal' in effects) return whyRefused(effects.refusal);
    const { totalAmount, items } = (saga.input ?? {}) as Input;
    for (const [queue, count] of effects.commands) {
      this.commands[queue] = (this.commands[queue] ?? 0) + count;
    }
    if (effects.refunds) {
      this.refunds += 1;
      this.refundMinor += amountOf(totalAmount, this.digits);
      if (effects.isRefundInDoubt) this.refundsInDoubt += 1;
    }
    if (effects.releases) this.units += unitsOf(items);
    return undefined;
  }

  effects(): BulkEffects {
    const { commands, refunds, refundsInDoubt, units } = this;
    const refundAmount = fromMinor(this.refundMinor, this.digits);
    return { refunds, refundAmount, refundsInDoubt, units, commands };
  }
}

function amountOf(amount: unknown, digits: number): number {
  return typeof amount === 'string' ? (toMinor(amount, digits) ?? 0) : 0;
}

function unitsOf(items: unknown): number {
  if (!Array.isArray(items)) return 0;
  return items.reduce<number>((sum, item: { quantity?: unknown }) => {
    return sum + (typeof item.quantity === 'number' ? item.quantity : 0);
  }, 0);
}

function sampleOf(saga: SagaInstance): BulkPreview['sample'][number] {
  const { userId, totalAmount } = (saga.input ?? {}) as Input;
  return {
    sagaId: saga.sagaId,
    orderId: saga.subjectId,
    userId: typeof userId === 'string' ? userId : null,
    amount: typeof totalAmount === 'string' ? totalAmount : null,
    status: statusOf(saga),
    currentStep: currentStepOf(saga),
  };
}
