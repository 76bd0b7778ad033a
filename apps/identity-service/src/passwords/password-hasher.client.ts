import { randomBytes } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { Counter, Problem, retryAfterSeconds } from '@backstitch/service-kit';
import { hash, type Options, verify } from '@node-rs/argon2';
import { LineFull, WaitingLine } from './waiting-line.js';

/** Argon2id, the library's default, with 19 MiB, two passes and one lane (OWASP). */
const PARAMETERS: Options = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };
const CURRENT = /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/;
/**
 * One CPU is left for everything else. Never more than two: they share four threads with name
 * look-ups and files of the process.
 */
const RUNNING_MAX = Math.min(2, Math.max(1, availableParallelism() - 1));
const WAITING_MAX = 32;

const hashed = new Counter({
  name: 'backstitch_password_hashes_total',
  help: 'Passwords that were hashed, to store or to compare them',
});

/** Hashes at once. */
export interface Hashing {
  hash(password: string): Promise<string>;
  /** Without a hash it takes as long, and the answer is false. */
  isRight(password: string, stored: string | undefined): Promise<boolean>;
}

/**
 * Hashes passwords, one or two at a time. Beyond 32 that wait a caller gets 503: hashing is what an
 * attacker would have this app do.
 */
export class PasswordHasher implements Hashing {
  private readonly line = new WaitingLine(RUNNING_MAX, WAITING_MAX);
  /** Of no account. Made at once: the first unknown e-mail address must not take longer. */
  private readonly dummy = hash(randomBytes(16), PARAMETERS);

  hash(password: string): Promise<string> {
    return this.turn((hashing) => hashing.hash(password));
  }

  isRight(password: string, stored: string | undefined): Promise<boolean> {
    return this.turn((hashing) => hashing.isRight(password, stored));
  }

  /**
   * Does work that hashes, and whatever belongs to it: when many ask at once, those that are refused
   * cost nothing. The work must not ask for another turn.
   */
  async turn<Result>(work: (hashing: Hashing) => Promise<Result>): Promise<Result> {
    try {
      return await this.line.run(() => work(this.atOnce));
    } catch (error) {
      if (!(error instanceof LineFull)) throw error;
      throw new Problem('NOT_ACCEPTED', 'Too many log-ins are being checked; try again.', {
        headers: { 'retry-after': retryAfterSeconds() },
      });
    }
  }

  /** Whether a hash was made with other parameters than today's. */
  isOutdated(stored: string): boolean {
    return !CURRENT.test(stored);
  }

  private readonly atOnce: Hashing = {
    hash: (password) => {
      hashed.inc();
      return hash(password, PARAMETERS);
    },
    isRight: async (password, stored) => {
      const against = stored ?? (await this.dummy);
      hashed.inc();
      return (await verify(against, password)) && stored !== undefined;
    },
  };
}
