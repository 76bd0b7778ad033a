import type { Course } from './examine.js';

const EVERY_MS = 5_000;

/** Says every few seconds how far a long reading is, also while a database thinks; a short one is silent. */
export class Progress {
  private course: Course | undefined;
  private readonly timer: NodeJS.Timeout;

  constructor(say: (line: string) => void) {
    this.timer = setInterval(() => this.course && say(progressLine(this.course)), EVERY_MS);
  }

  tell(course: Course): void {
    this.course = course;
  }

  end(): void {
    clearInterval(this.timer);
  }
}

/** "comparing orders: 120000 of about 5000000 sagas" */
export function progressLine({ doing, sagas, of }: Course): string {
  return `${doing}: ${sagas}${of > sagas ? ` of about ${Math.round(of)}` : ''} sagas`;
}
