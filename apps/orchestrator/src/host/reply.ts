import type { ArrivedReply, OutgoingCommand } from '@backstitch/saga-engine';
import type { CommandPacket, ReplyPacket } from '@backstitch/shared-types';
import type { DefinitionId } from './registry/saga-registry.js';

/** A reply that also names the definition of its saga: sagas may share the names of steps. */
export interface NamedReply extends ArrivedReply, DefinitionId {}

const CORRELATION = /^([^:]+):([^:]+):(do|undo):(\d{1,9}):([^:@]+)@(\d{1,9})$/;

/** A saga's command as it travels. The client adds the id that its reply is known by. */
export function packetOf(command: OutgoingCommand): Omit<CommandPacket, 'id'> {
  const { sagaId, step, direction, attempt, requestId, pattern, data } = command;
  const saga = { sagaId, step, direction, attempt, ...(requestId !== undefined && { requestId }) };
  return { pattern, data, saga };
}

/** What comes back with the reply: which attempt it answers, of which definition. */
export function correlationOf(command: OutgoingCommand): string {
  const { id, attempt, definition, definitionVersion } = command;
  return `${id}:${attempt}:${definition}@${definitionVersion}`;
}

/**
 * A reply in the format of the engine; undefined when its correlation id is not one of ours. The
 * definition decides whether a rejected reply is a business rejection or a fault.
 */
export function replyOf(correlationId: string, packet: ReplyPacket): NamedReply | undefined {
  const [, sagaId, step, direction, attempt, definition, version] =
    CORRELATION.exec(correlationId) ?? [];
  if (sagaId === undefined || step === undefined || definition === undefined) return undefined;
  return {
    definition,
    definitionVersion: Number(version),
    sagaId,
    step,
    direction: direction as 'do' | 'undo',
    attempt: Number(attempt),
    outcome: outcomeOf(packet),
  };
}

function outcomeOf(packet: ReplyPacket): ArrivedReply['outcome'] {
  if (!('err' in packet)) return { kind: 'done', response: packet.response };
  const { code, message, retryable, details } = packet.err;
  if (retryable) return { kind: 'fault', code, message, retryable, details };
  return { kind: 'rejected', code, message, details };
}
