import { setImmediate as turn } from 'node:timers/promises';
import { type LineFilter, lineMatcher, timeOfLine } from './line-filter.js';

/** Chunks that are searched before others get a turn. */
const CHUNKS_A_TURN = 64;

interface FoundLines {
  /** Oldest first; the newest ones when there are more. */
  lines: string[];
  /** There are more than these. */
  isCut: boolean;
  /** The time of the oldest line that is kept; null when there is none. */
  keptSince: string | null;
}

/**
 * The last lines of the log, in the chunks in which they were written anyway: to keep one costs a
 * reference. Nothing is kept until keep() is called.
 */
export class KeptLines {
  private chunks: Buffer[] = [];
  private bytes = 0;
  private bytesMax = 0;

  /** Keeps lines of so many bytes from now on. */
  keep(bytesMax: number): void {
    this.bytesMax = bytesMax;
  }

  /** Whole lines. */
  add(chunk: Buffer): void {
    if (this.bytesMax === 0) return;
    this.chunks.push(chunk);
    this.bytes += chunk.length;
    // At once for many chunks: to remove the first of an array moves all others.
    if (this.bytes > this.bytesMax * 1.1) this.forgetOld();
  }

  async search(filter: LineFilter, limit: number): Promise<FoundLines> {
    const matches = lineMatcher(filter);
    const chunks = [...this.chunks];
    const found: string[] = [];
    for (let at = chunks.length - 1; at >= 0 && found.length <= limit; at -= 1) {
      if (at % CHUNKS_A_TURN === 0) await turn();
      if (filter.contains.some((needle) => !chunks[at]!.includes(needle))) continue;
      const lines = chunks[at]!.toString('utf8').split('\n');
      for (const line of lines.reverse()) if (line !== '' && matches(line)) found.push(line);
    }
    const lines = found.slice(0, limit).reverse();
    return { lines, isCut: found.length > limit, keptSince: oldest(chunks) };
  }

  private forgetOld(): void {
    let from = 0;
    while (this.bytes > this.bytesMax && from < this.chunks.length - 1) {
      this.bytes -= this.chunks[from]!.length;
      from += 1;
    }
    this.chunks = this.chunks.slice(from);
  }
}

function oldest([first]: readonly Buffer[]): string | null {
  if (!first) return null;
  const end = first.indexOf('\n');
  return timeOfLine(first.toString('utf8', 0, end < 0 ? first.length : end)) ?? null;
}

/** Of this process. */
export const keptLines = new KeptLines();
