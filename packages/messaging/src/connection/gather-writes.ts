import type { Writable } from 'node:stream';

/**
 * Lets everything written within one tick leave in one system call. amqplib hands each frame to the
 * socket by itself; commands, replies and acknowledgements leave by the dozen, and a system call for
 * each was the dearest thing these processes did (docs/performance.md). Nothing waits for a timer.
 */
export function gatherWrites(stream: Writable): void {
  let isHeld = false;
  const release = (): void => {
    isHeld = false;
    stream.uncork();
  };
  const write = stream.write.bind(stream) as (...written: unknown[]) => boolean;
  stream.write = (...written: unknown[]): boolean => {
    if (!isHeld) {
      isHeld = true;
      stream.cork();
      process.nextTick(release);
    }
    return write(...written);
  };
}
