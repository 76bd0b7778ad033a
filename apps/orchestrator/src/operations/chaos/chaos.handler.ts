import { type Logger, validationProblem } from '@backstitch/service-kit';
import {
  CHAOS_KNOBS,
  type ChaosEnded,
  chaosKnob,
  type ChaosKnob,
  type ChaosSet,
  chaosValueProblem,
  type ChaosView,
} from '@backstitch/shared-types';
import type { OperatorAct } from '../operator-act.js';
import type { ActionRecord, OperatorActions } from '../operator-actions.repository.js';
import { available } from '../saga-actions.handler.js';
import type { ChaosSettingsRepository } from './chaos-settings.repository.js';
import type { ChaosPusher } from './chaos.pusher.js';

export interface ChaosHandlerParts {
  settings: ChaosSettingsRepository;
  pusher: ChaosPusher;
  actions: OperatorActions;
  logger: Logger;
}

const ALL = 'all';

/** Shows the knobs, and sets and ends them for operators. Each action is on record. */
export class ChaosHandler {
  constructor(private readonly parts: ChaosHandlerParts) {}

  /** As the instances apply them at this moment. */
  view(): Promise<ChaosView> {
    return available(() => this.parts.pusher.push());
  }

  /** Throws a validation problem for an unknown knob, and for a value out of its bounds. */
  set(
    id: string,
    { value, seconds }: { value: number; seconds: number },
    act: OperatorAct,
  ): Promise<ChaosSet> {
    const { id: knob } = knobWithValue(id, value);
    return available(async () => {
      const { settings, actions, pusher } = this.parts;
      const actionId = await actions.intend(recordOf('set', knob, act, { value, seconds }));
      await settings.set({ knob, value, seconds, setBy: act.operator, reason: act.reason });
      await this.ended(actionId, act, { knob, value, seconds });
      const view = await pusher.push();
      const shown = view.knobs.find((one) => one.id === knob)!;
      return { outcome: 'done', actionId, knob: shown, silent: view.silent };
    });
  }

  /** Without a knob: all of them. To end what is not set is no error. */
  end(id: string | undefined, act: OperatorAct): Promise<ChaosEnded> {
    const knob = id === undefined ? undefined : knownKnob(id).id;
    return available(async () => {
      const { settings, actions, pusher } = this.parts;
      const actionId = await actions.intend(recordOf('end', knob ?? ALL, act, {}));
      const ended = await settings.end(knob);
      await this.ended(actionId, act, { ended });
      const { silent } = await pusher.push();
      return { outcome: 'done', actionId, ended, silent };
    });
  }

  /** What was done is done, even when the record of it cannot be completed. */
  private async ended(actionId: string, { operator }: OperatorAct, detail: object): Promise<void> {
    const { actions, logger } = this.parts;
    logger.info({ operator, actionId, ...detail }, 'an operator changed the chaos settings');
    try {
      await actions.ended(actionId, 'done', detail);
    } catch (err) {
      logger.error({ err, actionId }, 'an outcome could not be recorded');
    }
  }
}

function recordOf(
  action: 'set' | 'end',
  subjectId: string,
  act: OperatorAct,
  detail: Readonly<Record<string, unknown>>,
): ActionRecord {
  return { action, subjectKind: 'chaos', subjectId, act, seen: undefined, detail };
}

function knownKnob(id: string): ChaosKnob {
  const knob = chaosKnob(id);
  if (knob) return knob;
  const known = CHAOS_KNOBS.map((one) => one.id).join(', ');
  throw validationProblem([
    { field: 'knob', message: `There is no knob ${JSON.stringify(id)}. The knobs are: ${known}` },
  ]);
}

function knobWithValue(id: string, value: number): ChaosKnob {
  const knob = knownKnob(id);
  const problem = chaosValueProblem(knob, value);
  if (problem === undefined) return knob;
  throw validationProblem([{ field: 'value', message: `value of ${id} ${problem}` }]);
}
