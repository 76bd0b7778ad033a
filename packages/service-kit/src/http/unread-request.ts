import { type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { ErrorCodeName } from '@backstitch/shared-types';
import type { OpenRequests } from './open-requests.js';
import { Problem } from './problem.js';
import { PROBLEM_MEDIA_TYPE } from './problem.filter.js';
import { REQUEST_ID_HEADER } from './request-id.js';
import { SECURITY_HEADERS } from './security-headers.js';

/** Time for the client to read why, before the connection goes. */
const LAST_WORDS_MS = 1_000;

/** What Node's parser and clock say of a request that never became one. */
const CODES: Readonly<Record<string, ErrorCodeName>> = {
  HPE_HEADER_OVERFLOW: 'HEADERS_TOO_LARGE',
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 'BODY_TOO_LARGE',
  ERR_HTTP_REQUEST_TIMEOUT: 'REQUEST_TIMEOUT',
};

/** It closed its side in the middle of a request: it most likely went away. */
const CLIENT_ENDED = 'HPE_INVALID_EOF_STATE';

interface Refusal {
  problem: Problem;
  /** The request counts as aborted, although an answer is written: the client may still read. */
  clientEnded: boolean;
}

/** A socket of an HTTP server, with what Node keeps on it. */
interface HttpSocket extends Duplex {
  _httpMessage?: (ServerResponse & { req: IncomingMessage }) | null;
  parser?: { incoming?: IncomingMessage | null } | null;
}

const refused = new WeakSet<Duplex>();
const cutShort = new WeakSet<IncomingMessage>();

/**
 * Whether a request of this connection was refused unread. A request that begins after that must not
 * be served: after a process stood still, Node says that a request is late, and reads it a moment later.
 */
export function wasRefused(socket: Duplex): boolean {
  return refused.has(socket);
}

/** Whether this request was refused while its body arrived; those before it are served and answered. */
export function wasCutShort(request: IncomingMessage): boolean {
  return cutShort.has(request);
}

/** Answers a request that Node's parser refused or did not get in time; closes the connection. */
export function answerUnread(
  error: NodeJS.ErrnoException,
  socket: HttpSocket,
  requests: OpenRequests,
): void {
  if (refused.has(socket)) return; // the rest of the same mess
  refused.add(socket);
  const incoming = socket.parser?.incoming;
  if (incoming && !incoming.complete) cutShort.add(incoming);
  if (error.code === 'ECONNRESET' || !socket.writable) socket.destroy();
  else {
    const problem = new Problem(CODES[error.code ?? ''] ?? 'MALFORMED_REQUEST');
    answerInTurn({ problem, clientEnded: error.code === CLIENT_ENDED }, socket, requests);
  }
}

/** Earlier requests of the connection are answered first: a refusal would be taken for theirs. */
function answerInTurn(refusal: Refusal, socket: HttpSocket, requests: OpenRequests): void {
  if (socket.destroyed) return;
  const { problem, clientEnded } = refusal;
  const { _httpMessage: answering, parser } = socket;
  const incoming = parser?.incoming;
  const isItsBody = answering && answering.req === incoming && !incoming.complete;
  if (!answering || (isItsBody && !answering.headersSent)) {
    const status = clientEnded ? undefined : problem.status;
    const id = isItsBody ? requests.refused(incoming, status) : undefined;
    sayGoodbye(socket, problem, id ?? requests.noteUnread(problem.status));
  } else {
    answering.once('close', () => {
      if (isItsBody) socket.destroy();
      else answerInTurn(refusal, socket, requests);
    });
  }
}

/** What Node would close the connection for without a word. */
export function answerTunnels(server: Server, requests: OpenRequests): void {
  server.on('connect', (_request, socket) => {
    const problem = new Problem('MALFORMED_REQUEST', 'This server is not a proxy');
    sayGoodbye(socket, problem, requests.noteUnread(problem.status));
  });
}

function sayGoodbye(socket: Duplex, problem: Problem, requestId: string): void {
  socket.on('error', () => undefined);
  const { status } = problem;
  const body = JSON.stringify(problem.document(requestId));
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    `${REQUEST_ID_HEADER}: ${requestId}`,
    `content-type: ${PROBLEM_MEDIA_TYPE}`,
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
    ...Object.entries(SECURITY_HEADERS).map(([name, value]) => `${name}: ${value}`),
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
  setTimeout(() => socket.destroy(), LAST_WORDS_MS).unref();
}
