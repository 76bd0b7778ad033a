import type { SagaDefinition } from './define.js';
import type { SagaEvent } from './event.js';
import type { LastError, OpenSaga } from './instance.js';
import { ignored, type Transition } from './decision.js';
import type { RetrySettings } from './settings.js';

/** The definition does not know the awaited command, so nothing is sent: the saga is parked. */
export function unknownCommand(
  { name, version: nth }: SagaDefinition,
  saga: OpenSaga,
  { kind, nowMs }: SagaEvent,
  { backoffMaxMs }: RetrySettings,
): Transition {
  if (kind === 'replied' || kind === 'operator' || kind === 'signalled')
    return ignored(saga, 'unknown-command');
  if (kind === 'wake' && nowMs < saga.wakeAtMs) return ignored(saga, 'too-early');
  const message = `the saga ${name} has no command ${saga.awaited} in version ${nth}`;
  const lastError: LastError = { code: 'UNKNOWN_COMMAND', message };
  const wakeAtMs = nowMs + backoffMaxMs;
  const parked = { waitingFor: 'resend', lastError, needsAttention: true, wakeAtMs } as const;
  const instance = { ...saga, ...parked, version: saga.version + 1 };
  return { instance, logs: [], effects: [{ kind: 'wake', atMs: wakeAtMs }] };
}
