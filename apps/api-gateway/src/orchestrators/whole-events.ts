const SEPARATOR = '\n\n';

/**
 * Cuts a stream into whole events, so that an event of the gateway can be put between two of them. What
 * follows the last whole event is left out: its client gets it again when it comes back. Pure.
 */
export async function* wholeEvents(pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const piece of pieces) {
    rest = rest.length === 0 ? piece : Buffer.concat([rest, piece]);
    const end = rest.lastIndexOf(SEPARATOR);
    if (end === -1) continue;
    yield rest.subarray(0, end + SEPARATOR.length);
    rest = rest.subarray(end + SEPARATOR.length);
  }
}

/** Whether the stream says itself that it is over. */
export function saysItEnds(events: Buffer): boolean {
  return /(^|\n)event: (end|bye)\n/.test(events.toString());
}
