import { once } from 'node:events';
import type { Server } from 'node:http';
import { createServer, type AddressInfo, type Server as NetServer } from 'node:net';
import type { HttpLimits } from './limits.js';

export interface ListenOptions {
  server: Server;
  /** Makes the server listen on the first of its addresses. */
  listen: (at: { port: number; host: string; backlog: number }) => Promise<unknown>;
  port: number;
  /** Of this machine; one or more, all at the same port. */
  hosts: readonly string[];
  limits: Pick<HttpLimits, 'backlogMax' | 'connectionsMax'>;
  /** Which variables name the port and the addresses. */
  variables: readonly [port: string, host: string];
}

/** A port that cannot be used; the message says what to configure. */
export class CannotListen extends Error {
  constructor(
    readonly code: string,
    message: string,
    cause: unknown,
  ) {
    super(message, { cause });
    this.name = 'CannotListen';
  }
}

/**
 * Listens on every address, and returns what listens besides the server itself. Connections there
 * are the server's own: its time limits hold for them.
 */
export async function listenOn(options: ListenOptions): Promise<NetServer[]> {
  const { server, listen, port, limits } = options;
  const [first = '127.0.0.1', ...others] = options.hosts;
  const { backlogMax: backlog, connectionsMax } = limits;
  await orInWords(options, first, () => listen({ port, host: first, backlog }));
  const also: NetServer[] = [];
  for (const host of others) {
    const one = createServer({ noDelay: true, allowHalfOpen: true }, (socket) => {
      server.emit('connection', socket);
    });
    one.maxConnections = connectionsMax;
    await orInWords(options, host, () => {
      one.listen({ port: (server.address() as AddressInfo).port, host, backlog });
      return once(one, 'listening');
    });
    also.push(one);
  }
  return also;
}

async function orInWords(
  { port, variables }: ListenOptions,
  host: string,
  work: () => Promise<unknown>,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    const words = inWords(code, port, host, variables);
    throw words === undefined ? error : new CannotListen(code, words, error);
  }
}

function inWords(
  code: string,
  port: number,
  host: string,
  [portVariable, hostVariable]: readonly [string, string],
): string | undefined {
  switch (code) {
    case 'EADDRINUSE':
      return `port ${port} on ${host} is taken: set ${portVariable} to choose another one`;
    case 'EACCES':
      return `port ${port} may not be opened: set ${portVariable} to 1024 or higher`;
    case 'EADDRNOTAVAIL':
    case 'EAFNOSUPPORT':
    case 'ENOTFOUND':
      return `"${host}" is no address of this machine: set ${hostVariable} to another one`;
    default:
      return undefined;
  }
}
