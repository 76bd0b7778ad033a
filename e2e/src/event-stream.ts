export interface SentEvent {
  readonly event: string;
  readonly id: string | undefined;
  readonly data: Record<string, unknown>;
}

/** A stream of server-sent events, as a client reads it: without the comments between them. */
export class EventReader {
  readonly events: SentEvent[] = [];
  private readonly reading: Promise<void>;

  private constructor(
    readonly response: Response,
    private readonly leaving: AbortController,
  ) {
    // A stream that was cut off has what came before it.
    this.reading = this.read().catch(() => undefined);
  }

  /** `path` is that of the stream, below /api. */
  static async open(gatewayUrl: string, path: string, lastEventId?: string) {
    const leaving = new AbortController();
    const response = await fetch(`${gatewayUrl}/api/${path}`, {
      signal: leaving.signal,
      ...(lastEventId !== undefined && { headers: { 'last-event-id': lastEventId } }),
    });
    return new EventReader(response, leaving);
  }

  /** The ids of the rows that came. */
  get ids(): string[] {
    return this.events.flatMap(({ id }) => id ?? []);
  }

  get names(): string[] {
    return this.events.map(({ event }) => event);
  }

  /** Resolves when the stream has ended. */
  ended(): Promise<void> {
    return this.reading;
  }

  leave(): Promise<void> {
    this.leaving.abort();
    return this.reading;
  }

  private async read(): Promise<void> {
    if (!this.response.ok) return;
    let rest = '';
    const decoder = new TextDecoder();
    for await (const piece of this.response.body!) {
      const blocks = (rest + decoder.decode(piece, { stream: true })).split('\n\n');
      rest = blocks.pop()!;
      for (const block of blocks) this.take(block);
    }
  }

  private take(block: string): void {
    const fields = new Map<string, string>();
    for (const line of block.split('\n')) {
      const colon = line.indexOf(': ');
      if (colon > 0) fields.set(line.slice(0, colon), line.slice(colon + 2));
    }
    const event = fields.get('event');
    if (event === undefined) return;
    const data = JSON.parse(fields.get('data')!) as SentEvent['data'];
    this.events.push({ event, id: fields.get('id'), data });
  }
}
