/**
 * Checkouts that are passed on together: one request whose body lists them, and one answer in which
 * each one's own comes as soon as it is there, as two lines: what it is, and its body.
 */
export const CHECKOUT_FRAME_PATH = '/checkout/frame';
export const CHECKOUT_FRAME_MEDIA_TYPE = 'application/x-ndjson';
export const FRAMED_CHECKOUTS_MAX = 64;
/** Below what an orchestrator takes as one body. */
export const CHECKOUT_FRAME_BYTES_MAX = 120_000;

const NEWLINE = 0x0a;

/** One of them: what would be its headers and its body if it came alone. */
export interface FramedCheckout {
  headers: Record<string, string>;
  body: unknown;
}

/** What answers the n-th of a frame. */
export interface FramedAnswer {
  n: number;
  status: number;
  headers: Record<string, string>;
  /** JSON. */
  body: Buffer;
}

/** `body` is JSON already. */
export function encodeFramedCheckout(headers: Record<string, string>, body: string): string {
  return `{"headers":${JSON.stringify(headers)},"body":${body}}`;
}

export function encodeCheckoutFrame(members: readonly string[]): string {
  return `[${members.join(',')}]`;
}

/** The checkouts of a frame as it was read from JSON; undefined when it is none. */
export function readCheckoutFrame(value: unknown): FramedCheckout[] | undefined {
  if (!Array.isArray(value) || value.length === 0 || value.length > FRAMED_CHECKOUTS_MAX) {
    return undefined;
  }
  return value.every(isFramedCheckout) ? value : undefined;
}

function isFramedCheckout(value: unknown): value is FramedCheckout {
  return isRecord(value) && isHeaders(value.headers) && 'body' in value;
}

/** `body` is JSON without line breaks, as JSON.stringify makes it. */
export function encodeFramedAnswer(
  n: number,
  status: number,
  headers: Record<string, string>,
  body: string,
): string {
  return `${JSON.stringify({ n, status, headers })}\n${body}\n`;
}

/** Reads the answers of a frame out of the pieces in which they come. */
export class FramedAnswerReader {
  #rest: Buffer = Buffer.alloc(0);

  /** Yields those that are whole now, one by one. Throws on what is no answer. */
  *push(piece: Buffer): Generator<FramedAnswer> {
    const bytes = this.#rest.length === 0 ? piece : Buffer.concat([this.#rest, piece]);
    let from = 0;
    for (;;) {
      const endOfHead = bytes.indexOf(NEWLINE, from);
      const endOfBody = endOfHead < 0 ? -1 : bytes.indexOf(NEWLINE, endOfHead + 1);
      if (endOfBody < 0) break;
      const head = readHead(bytes.toString('utf8', from, endOfHead));
      const body = bytes.subarray(endOfHead + 1, endOfBody);
      from = endOfBody + 1;
      yield { ...head, body };
    }
    this.#rest = bytes.subarray(from);
  }
}

function readHead(line: string): Omit<FramedAnswer, 'body'> {
  const head: unknown = JSON.parse(line);
  if (isRecord(head)) {
    const { n, status, headers } = head;
    if (typeof n === 'number' && typeof status === 'number' && isHeaders(headers)) {
      return { n, status, headers };
    }
  }
  throw new TypeError(`no answer of a frame begins like this: ${line.slice(0, 100)}`);
}

function isHeaders(value: unknown): value is Record<string, string> {
  return isRecord(value) && Object.values(value).every((one) => typeof one === 'string');
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
