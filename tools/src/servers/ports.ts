import { connect, createServer } from 'node:net';

/** The system hands out ports from 32768 up to outgoing connections: one of those may vanish any moment. */
const PORT_BELOW = 32_768;
const PORT_FROM = 20_000;
/** More test workers than this share ports with one another. */
const RANGES = 8;

interface PortRange {
  from: number;
  /** The first port that is no longer in it. */
  to: number;
}

/**
 * All ports, or those of one test worker. Workers run side by side: a port that one of them has found
 * free, or whose app it restarts, must not be taken by another one meanwhile. Pure.
 */
export function portRange(worker: string | undefined): PortRange {
  if (worker === undefined) return { from: PORT_FROM, to: PORT_BELOW };
  const size = Math.floor((PORT_BELOW - PORT_FROM) / RANGES);
  const from = PORT_FROM + ((Number(worker) - 1) % RANGES) * size;
  return { from, to: from + size };
}

/** Jest sets the variable, and what a test starts inherits it. */
const RANGE = portRange(process.env['JEST_WORKER_ID']);
const handedOut = new Set<number>();

/** A loopback port that is not in use; never the same one twice in a process. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < 200; tries += 1) {
    const port = RANGE.from + Math.floor(Math.random() * (RANGE.to - RANGE.from));
    if (handedOut.has(port)) continue;
    handedOut.add(port);
    if (await isPortFree(port)) return port;
  }
  throw new Error(`no free port found between ${RANGE.from} and ${RANGE.to - 1}`);
}

/** As many different free ports as asked. */
export async function freePorts(count: number): Promise<number[]> {
  const ports: number[] = [];
  while (ports.length < count) ports.push(await freePort());
  return ports;
}

/** The first port of `count` neighbours that are all free. */
export async function freePortBlock(count: number): Promise<number> {
  for (let tries = 0; tries < 50; tries += 1) {
    const first = await freePort();
    const block = Array.from({ length: count }, (_, offset) => first + offset);
    const free = await Promise.all(block.map((port) => isPortFree(port)));
    if (first + count <= RANGE.to && free.every(Boolean)) return first;
  }
  throw new Error(`no ${count} free neighbouring ports found`);
}

/** The usual port when it is free, else another one. */
export async function usualPortOr(usual: number, free = isPortFree): Promise<number> {
  return (await free(usual)) ? usual : freePort();
}

/** Whether a server of ours could listen there: no server answers there and binding it works. */
export async function isPortFree(port: number, host = '127.0.0.1'): Promise<boolean> {
  return !(await answers(port, host)) && (await canBind(port, host));
}

function answers(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host });
    socket.setTimeout(1_000, () => socket.destroy());
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
    socket.once('close', () => resolve(false));
  });
}

function canBind(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)));
  });
}
