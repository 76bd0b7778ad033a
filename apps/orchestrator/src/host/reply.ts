import type { ArrivedReply, OutgoingCommand } from '@backstitch/saga-engine';
import type { CommandPacket, ReplyPacket } from '@backstitch/shared-types';

const CORRELATION = /^([^:]+):([^:]+):(do|undo):(\d{1,9})$/;

/** A saga's command as it travels; the client gives it the id that its reply is known by. */
export function packetOf(command: OutgoingCommand): Omit<CommandPacket, 'id'> {
  const { sagaId, step, direction, attempt, requestId, pattern, data } = command;
  const saga = { sagaId, step, direction, attempt, ...(requestId !== undefined && { requestId }) };
  return { pattern, data, saga };
}

/** What comes back with the reply and says which attempt it answers. */
export function correlationOf({ id, attempt }: OutgoingCommand): string {
  return `${id}:${attempt}`;
}

/**
 * A reply as the engine takes it; undefined when its correlation id is none of ours. Whether a
 * refusal is a business no or a fault is the saga definition's to say.
 */
export function replyOf(correlationId: string, packet: ReplyPacket): ArrivedReply | undefined {
  const [, sagaId, step, direction, attempt] = CORRELATION.exec(correlationId) ?? [];
  if (sagaId === undefined || step === undefined) return undefined;
  return {
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
