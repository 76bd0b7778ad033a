import { connect } from 'node:net';

export interface RawAnswer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

export interface RawExchange {
  /** In their order; what is no whole answer is not among them. */
  answers: RawAnswer[];
  /** The server ended the connection. */
  closed: boolean;
}

export interface RawOptions {
  /** Resolves once so many came; else when the server closes, or the time is up. */
  answers?: number;
  timeoutMs?: number;
}

/**
 * Sends bytes that need not be HTTP, one chunk after another, and reads what comes back. What follows
 * a HEAD is read as an answer without a body, however long a body its headers announce.
 */
export function sendRaw(
  url: string,
  bytes: string | Buffer | readonly (string | Buffer)[],
  { answers: wanted = 1, timeoutMs = 10_000 }: RawOptions = {},
): Promise<RawExchange> {
  const { hostname, port } = new URL(url);
  const chunks = typeof bytes === 'string' || Buffer.isBuffer(bytes) ? [bytes] : bytes;
  const hasBody = !String(chunks[0]).startsWith('HEAD ');
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname);
    let received = '';
    const finish = (closed: boolean) => {
      clearTimeout(timer);
      socket.destroy();
      resolve({ answers: answersIn(received, hasBody), closed });
    };
    const timer = setTimeout(() => finish(false), timeoutMs);
    socket.setNoDelay(true);
    socket.setEncoding('latin1');
    socket.on('data', (text) => {
      received += String(text);
      if (answersIn(received, hasBody).length >= wanted) finish(false);
    });
    // A server that refuses may close while we still write; what it said before counts.
    socket.on('error', () => undefined);
    socket.on('close', () => finish(true));
    for (const chunk of chunks) {
      socket.write(typeof chunk === 'string' ? Buffer.from(chunk, 'latin1') : chunk);
    }
  });
}

function answersIn(text: string, hasBody: boolean): RawAnswer[] {
  const answers: RawAnswer[] = [];
  let rest = text;
  for (;;) {
    const end = rest.indexOf('\r\n\r\n');
    const status = Number(/^HTTP\/1\.[01] (\d{3})/.exec(rest)?.[1]);
    if (end < 0 || Number.isNaN(status)) return answers;
    const headers = headersIn(rest.slice(0, end));
    rest = rest.slice(end + 4);
    if (status < 200) continue;
    const bodyEnd = hasBody ? endOfBody(rest, headers) : 0;
    if (bodyEnd === undefined) return answers;
    const body = Buffer.from(rest.slice(0, bodyEnd), 'latin1').toString();
    answers.push({ status, headers, body });
    rest = rest.slice(bodyEnd);
  }
}

function headersIn(head: string): Record<string, string> {
  const lines = head.split('\r\n').slice(1);
  return Object.fromEntries(
    lines.map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    }),
  );
}

/** Undefined while it is not all there. */
function endOfBody(rest: string, headers: Record<string, string>): number | undefined {
  if (headers['transfer-encoding'] === 'chunked') {
    const last = rest.indexOf('0\r\n\r\n');
    return last < 0 ? undefined : last + 5;
  }
  const length = Number(headers['content-length'] ?? 0);
  return rest.length < length ? undefined : length;
}
