import type { Writable } from 'node:stream';

/** Writes lines to a stream, those of one turn of the event loop at once. */
export class GatheredLines {
  private gathered = '';
  private isDue = false;
  private isEnding = false;

  constructor(private readonly stream: Writable) {}

  /** When the reader has disconnected, the rest is dropped. */
  write(lines: string): void {
    this.gathered += lines;
    this.flushSoon();
  }

  end(): void {
    this.isEnding = true;
    this.flushSoon();
  }

  private flushSoon(): void {
    if (this.isDue) return;
    this.isDue = true;
    setImmediate(() => {
      this.isDue = false;
      const gathered = this.gathered;
      this.gathered = '';
      if (this.stream.destroyed) return;
      if (this.isEnding) this.stream.end(gathered);
      else this.stream.write(gathered);
    });
  }
}
