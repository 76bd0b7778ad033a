import {
  ENGINE_DEFAULTS,
  isOpen,
  type OperatorAction,
  type OperatorRefusal,
  type SagaDefinition,
  type SagaInstance,
  transition,
  type Transition,
} from '@backstitch/saga-engine';
import { COMMANDS } from '@backstitch/shared-types';

/** What an action on one saga leads to, if no command fails; or why it is refused. */
type SagaEffects =
  | { readonly refusal: OperatorRefusal }
  | {
      /** By queue. */
      readonly commands: ReadonlyMap<string, number>;
      readonly refunds: boolean;
      readonly isRefundInDoubt: boolean;
      readonly releases: boolean;
    };

/** More than any saga has. */
const COMMANDS_MAX = 1_000;
const SETTINGS = ENGINE_DEFAULTS;

/** Drives a copy of the saga by the engine's own rules, with every command answered "done". Pure. */
export function effectsOn(
  definition: SagaDefinition | undefined,
  saga: SagaInstance,
  action: OperatorAction,
  nowMs: number,
): SagaEffects {
  if (!definition) return { refusal: 'unknown-definition' };
  const at = { nowMs, random: 0 };
  let next: Transition = transition(
    definition,
    saga,
    { kind: 'operator', action, ...at },
    SETTINGS,
  );
  if (next.ignored) return { refusal: next.ignored };
  const commands = new Map<string, number>();
  const patterns = new Set<string>();
  for (let sent = 0; sent < COMMANDS_MAX; sent += 1) {
    const send = next.effects.find((effect) => effect.kind === 'send');
    if (!send || !isOpen(next.instance)) break;
    const { queue, pattern, step, direction } = send.command;
    commands.set(queue, (commands.get(queue) ?? 0) + 1);
    patterns.add(pattern);
    const outcome = { kind: 'done', response: {} } as const;
    const about = { step, direction, attempt: send.attempt };
    const replied = { kind: 'replied', outcome, ...about, ...at } as const;
    next = transition(definition, next.instance, replied, SETTINGS);
  }
  const refunds = patterns.has(COMMANDS.paymentRefund);
  return {
    commands,
    refunds,
    isRefundInDoubt: refunds && isPaymentUnanswered(definition, saga),
    releases: patterns.has(COMMANDS.inventoryRelease),
  };
}

/** It waits for the answer of its payment, or is undone because there was none. */
function isPaymentUnanswered(definition: SagaDefinition, saga: SagaInstance): boolean {
  const failed = saga.phase === 'backward' && saga.failure.kind === 'unknown';
  const step = failed ? saga.failure.step : isOpen(saga) ? saga.awaited : undefined;
  const command = step === undefined ? undefined : definition.commands.get(step);
  return command?.pattern === COMMANDS.paymentProcess;
}
