import { setTimeout as pause } from 'node:timers/promises';

/** Asks again and again, so many at once, until it is told to stop. Every answer is kept. */
export class Repeated<Answer> {
  readonly answers: Answer[] = [];
  private isOver = false;
  private readonly loops: Promise<unknown>;

  constructor(ask: () => Promise<Answer>, { atOnce = 1, pauseMs = 0 } = {}) {
    const loop = async (): Promise<void> => {
      while (!this.isOver) {
        this.answers.push(await ask());
        if (pauseMs > 0) await pause(pauseMs);
      }
    };
    this.loops = Promise.all(Array.from({ length: atOnce }, loop));
  }

  /** Resolves to all answers once the last one is there. */
  async stop(): Promise<Answer[]> {
    this.isOver = true;
    await this.loops;
    return this.answers;
  }
}
