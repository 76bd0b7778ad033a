import type { CommandPacket, SagaTag } from '@backstitch/shared-types';

/** The argument that `@Ctx()` gives to a handler. */
export class CommandContext {
  constructor(
    readonly queue: string,
    private readonly packet: CommandPacket,
  ) {}

  get pattern(): string {
    return this.packet.pattern;
  }

  /** The saga of the command; undefined for a command without one. */
  get saga(): SagaTag | undefined {
    return this.packet.saga ?? undefined;
  }
}
