import { randomUUID } from 'node:crypto';
import { type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { ErrorCodeName } from '@backstitch/shared-types';
import { observeRequest } from '../metrics.js';
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

/** A socket of an HTTP server, with what Node keeps on it. */
interface HttpSocket extends Duplex {
  _httpMessage?: (ServerResponse & { req: IncomingMessage }) | null;
  parser?: { incoming?: IncomingMessage | null } | null;
}

const answered = new WeakSet<Duplex>();

/** Answers what Node's parser refuses, or waited for in vain, and ends the connection. */
export function answerUnread(error: NodeJS.ErrnoException, socket: HttpSocket): void {
  if (answered.has(socket)) return; // the rest of the same mess
  answered.add(socket);
  if (error.code === 'ECONNRESET' || !socket.writable) socket.destroy();
  else answerInTurn(new Problem(CODES[error.code ?? ''] ?? 'MALFORMED_REQUEST'), socket);
}

/** Earlier requests of the connection are answered first: a refusal would be taken for theirs. */
function answerInTurn(problem: Problem, socket: HttpSocket): void {
  if (socket.destroyed) return;
  const { _httpMessage: answering, parser } = socket;
  const incoming = parser?.incoming;
  const isItsBody = answering && answering.req === incoming && !incoming.complete;
  if (!answering || (isItsBody && !answering.headersSent)) {
    sayGoodbye(socket, problem);
  } else {
    answering.once('close', () => {
      if (isItsBody) socket.destroy();
      else answerInTurn(problem, socket);
    });
  }
}

/** What Node would answer without a word about it, or not at all. */
export function answerOddRequests(server: Server): void {
  server.on('connect', (_request, socket) => {
    sayGoodbye(socket, new Problem('MALFORMED_REQUEST', 'This is no proxy'));
  });
  server.on('checkExpectation', (_request, response) => {
    const { status, body, headers } = documentOf(new Problem('EXPECTATION_FAILED'));
    response.writeHead(status, headers).end(body);
  });
}

function sayGoodbye(socket: Duplex, problem: Problem): void {
  socket.on('error', () => undefined);
  const { status, body, headers } = documentOf(problem);
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n${body}`);
  setTimeout(() => socket.destroy(), LAST_WORDS_MS).unref();
}

function documentOf(problem: Problem) {
  const { status } = problem;
  observeRequest('unknown', 'unknown', status, 0);
  const requestId = randomUUID();
  const body = JSON.stringify(problem.document(requestId));
  const headers = {
    ...SECURITY_HEADERS,
    [REQUEST_ID_HEADER]: requestId,
    'content-type': PROBLEM_MEDIA_TYPE,
    'content-length': Buffer.byteLength(body),
    connection: 'close',
  };
  return { status, body, headers };
}
