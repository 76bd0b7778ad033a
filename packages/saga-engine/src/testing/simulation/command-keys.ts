import type { SagaDefinition } from '../../core/define.js';
import type { OpenSaga } from '../../core/instance.js';
import type { OutgoingCommand } from '../../runtime/ports.js';

/** Names what a row awaits; equal to the name of the command that is sent for it. */
export function awaitedKey({ sagaId, awaited, attempt }: OpenSaga): string {
  return `${sagaId}:${awaited}:${attempt}`;
}

/** Names a command that was sent. */
export function sentKey(definition: SagaDefinition, command: OutgoingCommand): string {
  const { sagaId, step: name, direction, attempt } = command;
  const step = definition.steps.find((one) => one.name === name);
  return `${sagaId}:${direction === 'do' ? name : step?.undo?.name}:${attempt}`;
}
