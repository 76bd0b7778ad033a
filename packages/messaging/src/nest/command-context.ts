import type { CommandPacket, SagaTag } from '@backstitch/shared-types';

/** What `@Ctx()` gives a handler beside its data. */
export class CommandContext {
  constructor(
    readonly queue: string,
    private readonly packet: CommandPacket,
  ) {}

  get pattern(): string {
    return this.packet.pattern;
  }

  /** What ties the command to its saga; undefined when it was sent outside of one. */
  get saga(): SagaTag | undefined {
    return this.packet.saga ?? undefined;
  }
}
