/**
 * Checkouts that are forwarded together: one request whose body lists them, and one answer. The
 * answer has two lines for each checkout, as soon as they are known: its status, and its body.
 */
export const CHECKOUT_BATCH_PATH = '/checkout/batch';
export const CHECKOUT_BATCH_MEDIA_TYPE = 'application/x-ndjson';
export const BATCHED_CHECKOUTS_MAX = 64;
/** Below the body limit of an orchestrator. */
export const CHECKOUT_BATCH_BYTES_MAX = 120_000;

const NEWLINE = 0x0a;

/** One checkout of a batch: the headers and the body of a single request, and its caller. */
export interface BatchedCheckout {
  headers: Record<string, string>;
  /** As it came; undefined from a gateway of an earlier release. */
  caller?: unknown;
  body: unknown;
}

/** The answer to the n-th checkout of a batch. */
export interface BatchedAnswer {
  n: number;
  status: number;
  headers: Record<string, string>;
  /** JSON. */
  body: Buffer;
}

/** `body` and `caller` are JSON already. */
export function encodeBatchedCheckout(
  headers: Record<string, string>,
  body: string,
  caller?: string,
): string {
  const from = caller === undefined ? '' : `"caller":${caller},`;
  return `{"headers":${JSON.stringify(headers)},${from}"body":${body}}`;
}

export function encodeCheckoutBatch(members: readonly string[]): string {
  return `[${members.join(',')}]`;
}

/** The checkouts of a batch that was read from JSON; undefined when it is not a batch. */
export function readCheckoutBatch(value: unknown): BatchedCheckout[] | undefined {
  if (!Array.isArray(value) || value.length === 0 || value.length > BATCHED_CHECKOUTS_MAX) {
    return undefined;
  }
  return value.every(isBatchedCheckout) ? value : undefined;
}

function isBatchedCheckout(value: unknown): value is BatchedCheckout {
  return isRecord(value) && isHeaders(value.headers) && 'body' in value;
}

/** `body` is JSON without line breaks, as JSON.stringify makes it. */
export function encodeBatchedAnswer(
  n: number,
  status: number,
  headers: Record<string, string>,
  body: string,
): string {
  return `${JSON.stringify({ n, status, headers })}\n${body}\n`;
}

/** Reads the answers of a batch from the chunks of its stream. */
export class BatchedAnswerReader {
  private rest: Buffer = Buffer.alloc(0);

  /** Yields each complete answer. Throws on invalid data. */
  *push(piece: Buffer): Generator<BatchedAnswer> {
    const bytes = this.rest.length === 0 ? piece : Buffer.concat([this.rest, piece]);
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
    this.rest = bytes.subarray(from);
  }
}

function readHead(line: string): Omit<BatchedAnswer, 'body'> {
  const head: unknown = JSON.parse(line);
  if (isRecord(head)) {
    const { n, status, headers } = head;
    if (typeof n === 'number' && typeof status === 'number' && isHeaders(headers)) {
      return { n, status, headers };
    }
  }
  throw new TypeError(`no answer of a batch begins like this: ${line.slice(0, 100)}`);
}

function isHeaders(value: unknown): value is Record<string, string> {
  return isRecord(value) && Object.values(value).every((one) => typeof one === 'string');
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
