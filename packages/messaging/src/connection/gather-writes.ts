import type { Writable } from 'node:stream';

/**
 * Combines all writes of one tick into one system call. amqplib writes each AMQP frame separately.
 * Commands, replies and acknowledgements are written by the dozen, and one system call for each was
 * the most expensive part of these processes (docs/performance.md). There is no timer.
 */
export function gatherWrites(stream: Writable): void {
  let isCorked = false;
  const uncork = (): void => {
    isCorked = false;
    stream.uncork();
  };
  const write = stream.write.bind(stream) as (...written: unknown[]) => boolean;
  stream.write = (...written: unknown[]): boolean => {
    if (!isCorked) {
      isCorked = true;
      stream.cork();
      process.nextTick(uncork);
    }
    return write(...written);
  };
}
