import { setTimeout as sleep } from 'node:timers/promises';

const FIRST_MS = 100;
const MOST_MS = 3_000;

/** The wait after the n-th failure in a row (n from 1): doubling, capped, half of it random. */
export function backoffMs(failures: number, random: number = Math.random()): number {
  const fullMs = Math.min(MOST_MS, FIRST_MS * 2 ** Math.min(failures - 1, 10));
  return fullMs / 2 + (fullMs / 2) * random;
}

/** A wait that does not keep a finished program alive. */
export async function pause(ms: number): Promise<void> {
  await sleep(ms, undefined, { ref: false });
}

/** Resolves with the work or when the time is up, whichever comes first. */
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

/** The work's answer. Throws what `late` makes of it when none has come after so long. */
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
