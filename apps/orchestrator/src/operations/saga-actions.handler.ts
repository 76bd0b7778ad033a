import {
  EngineStopped,
  type OperatorAction,
  type SagaEngine,
  type SagaInstance,
  type SagaStore,
} from '@backstitch/saga-engine';
import { databaseFault, type Logger, Problem } from '@backstitch/service-kit';
import type { SagaDone, SagaHistoryPart, SagaList, SagaView } from '@backstitch/shared-types';
import type { SagaRegistry } from '../host/registry/saga-registry.js';
import type { OperatorActions } from './operator-actions.repository.js';
import type { OperatorAct } from './operator-act.js';
import { standOf, whyRefused } from './saga-refusals.js';
import { cursorBehind, type UnfinishedPlace } from './unfinished-page.js';
import type { UnfinishedSagasRepository } from './unfinished-sagas.repository.js';

export interface SagaActionsParts {
  registry: Pick<SagaRegistry, 'view'>;
  engine: Pick<SagaEngine, 'operate'>;
  store: Pick<SagaStore, 'load' | 'history' | 'notes'>;
  unfinished: UnfinishedSagasRepository;
  actions: OperatorActions;
  logger: Logger;
}

/** Shows unfinished sagas, and has the engine do what operators ask. */
export class SagaActionsHandler {
  constructor(private readonly parts: SagaActionsParts) {}

  async list(which: {
    parkedOnly: boolean;
    limit: number;
    after: UnfinishedPlace | undefined;
  }): Promise<SagaList> {
    return available(async () => {
      const { places, more } = await this.parts.unfinished.list(which);
      const sagas = await Promise.all(places.map(({ sagaId }) => this.parts.store.load(sagaId)));
      const views = sagas.flatMap((saga) => (saga ? [this.viewWithoutLog(saga)] : []));
      const last = places.at(-1);
      return { sagas: views, more, next: last && more > 0 ? cursorBehind(last) : null };
    });
  }

  /** `about` is recorded with it. Throws 404, and 409 when it is not legal; each is on record, as is what was done. */
  async act(
    action: OperatorAction,
    sagaId: string,
    act: OperatorAct,
    about: Readonly<Record<string, unknown>> = {},
  ): Promise<SagaDone> {
    return available(async () => {
      const { store, actions, engine, logger } = this.parts;
      const saga = await store.load(sagaId);
      const seen = saga && standOf(saga);
      const record = {
        action,
        subjectKind: 'saga',
        subjectId: sagaId,
        act,
        seen,
        detail: { ...about, ...(saga && { orderId: saga.subjectId }) },
      } as const;
      if (!saga) {
        await actions.refused(record);
        throw new Problem('SAGA_NOT_FOUND');
      }
      const actionId = await actions.intend(record);
      const operated = await engine
        .operate(sagaId, action, byOf(act))
        .catch(async (error: unknown) => {
          await this.ended(actionId, 'unknown', { why: String(error) });
          throw error;
        });
      if (operated.kind !== 'done') {
        const why = operated.kind === 'absent' ? whyRefused('moving') : whyRefused(operated.reason);
        await this.ended(actionId, 'refused', { why });
        throw new Problem('ACTION_REFUSED', why, { extensions: { actionId, seen } });
      }
      const { instance } = operated;
      await this.ended(actionId, 'done', { now: standOf(instance) });
      const { operator } = act;
      const acted = { sagaId, orderId: instance.subjectId, action, operator, seen, ...about };
      logger.info(acted, 'an operator acted on a saga');
      const [log, notes] = await Promise.all([store.history(sagaId), store.notes(sagaId)]);
      return { outcome: 'done', actionId, saga: this.parts.registry.view(instance, log, notes) };
    });
  }

  private viewWithoutLog(saga: SagaInstance): Omit<SagaView, SagaHistoryPart> {
    const {
      log: _log,
      notes: _notes,
      plan: _plan,
      lifecycle: _lifecycle,
      ...rest
    } = this.parts.registry.view(saga, []);
    return rest;
  }

  /** What was done is done, even when the record of it cannot be completed. */
  private async ended(id: string, outcome: 'done' | 'refused' | 'unknown', detail: object) {
    try {
      await this.parts.actions.ended(id, outcome, detail);
    } catch (err) {
      this.parts.logger.error({ err, actionId: id, outcome }, 'an outcome could not be recorded');
    }
  }
}

/** For the note of the saga. */
function byOf({ operator, reason }: OperatorAct) {
  return { operator, reason };
}

/** Says that a dependency is away by the answer 503. */
export async function available<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    const isPassing = ['away', 'locked'].includes(databaseFault(error));
    if (!(error instanceof EngineStopped) && !isPassing) throw error;
    throw new Problem('UNAVAILABLE', undefined, { headers: { 'retry-after': '1' }, cause: error });
  }
}
