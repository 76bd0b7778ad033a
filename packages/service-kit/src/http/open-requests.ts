import type { FastifyReply, FastifyRequest } from 'fastify';
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Logger } from '../logger.js';
import { noteRequest } from './request-log.js';

/** The status label of a request whose client went away before it had its answer. */
const CLIENT_CLOSED_REQUEST = 499;

interface Open {
  request: FastifyRequest;
  reply: FastifyReply;
  /** Of an answer that was written past Fastify. */
  refusedWith?: number;
}

/**
 * The requests that have come and have not ended yet, by connection. Each ends once: when its
 * answer is sent, or when its connection closes before that, and has then one log line and one
 * observation.
 */
export class OpenRequests {
  private readonly byConnection = new WeakMap<Duplex, Map<IncomingMessage, Open>>();

  constructor(private readonly logger: Logger) {}

  /** Returns how many of its connection are open now, this one included. */
  begin(request: FastifyRequest, reply: FastifyReply): number {
    const { socket } = request.raw;
    let open = this.byConnection.get(socket);
    if (!open) {
      open = new Map();
      this.byConnection.set(socket, open);
      socket.once('close', () => this.abortAll(socket));
    }
    open.set(request.raw, { request, reply });
    // It was closed before the request was read: nothing more is logged about it.
    if (socket.destroyed) setImmediate(() => this.abortAll(socket));
    return open.size;
  }

  /** Its answer was sent, or could not be. Does nothing if it has ended already. */
  end({ raw }: FastifyRequest): void {
    const open = this.take(raw);
    if (!open) return;
    // Node says "finished" also of what it could not write because the connection broke.
    this.note(open, raw.socket.destroyed);
  }

  /**
   * A request was answered outside of Fastify, and its connection will close; without a status
   * it still counts as aborted. Returns the request's id; undefined if it is not open.
   */
  refused(raw: IncomingMessage, status: number | undefined): string | undefined {
    const open = this.byConnection.get(raw.socket)?.get(raw);
    if (open && status !== undefined) open.refusedWith = status;
    return open?.request.id;
  }

  /** What was answered without having become a request. Returns its id. */
  noteUnread(status: number): string {
    const requestId = randomUUID();
    const unknown = { method: 'unknown', route: 'unknown', url: '' };
    noteRequest(this.logger, { requestId, ...unknown, status, ms: 0, trace: null, isQuiet: false });
    return requestId;
  }

  private take(raw: IncomingMessage): Open | undefined {
    const ofConnection = this.byConnection.get(raw.socket);
    const open = ofConnection?.get(raw);
    ofConnection?.delete(raw);
    return open;
  }

  private abortAll(socket: Duplex): void {
    const ofConnection = this.byConnection.get(socket);
    if (!ofConnection) return;
    for (const open of ofConnection.values()) this.note(open, open.refusedWith === undefined);
    ofConnection.clear();
  }

  private note({ request, reply, refusedWith }: Open, aborted: boolean): void {
    const { id: requestId, method, url, trace, isQuiet, matchedRoute } = request;
    const answered = {
      requestId,
      method,
      route: request.routeOptions?.url ?? matchedRoute ?? 'unknown',
      url,
      status: aborted ? CLIENT_CLOSED_REQUEST : (refusedWith ?? reply.statusCode),
      ms: reply.elapsedTime,
      trace,
      isQuiet,
    };
    noteRequest(this.logger, aborted ? { ...answered, aborted } : answered);
  }
}
