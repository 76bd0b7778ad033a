import { setTimeout as sleep } from 'node:timers/promises';

const FIRST_MS = 100;
const MOST_MS = 3_000;

/**
 * The wait after the n-th failure in a row (n from 1): it doubles, has a maximum, and half of it is
 * random.
 */
export function backoffMs(failures: number, random: number = Math.random()): number {
  const fullMs = Math.min(MOST_MS, FIRST_MS * 2 ** Math.min(failures - 1, 10));
  return fullMs / 2 + (fullMs / 2) * random;
}

/** A wait that does not keep the process alive. */
export async function pause(ms: number): Promise<void> {
  await sleep(ms, undefined, { ref: false });
}

/** Resolves when the work is done or the time is up, whichever comes first. */
export async function within(ms: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const timeUp = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  try {
    await Promise.race([work, timeUp]);
  } finally {
    clearTimeout(timer);
  }
}

/** The result of the work. After `ms` without a result, throws the error that `late` makes. */
export async function answered<Answer>(
  ms: number,
  work: Promise<Answer>,
  late: (why: string) => Error,
): Promise<Answer> {
  let timer: NodeJS.Timeout | undefined;
  const timeUp = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(late(`no answer came for ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([work, timeUp]);
  } finally {
    clearTimeout(timer);
  }
}
