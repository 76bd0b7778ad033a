type Undo = () => Promise<unknown> | undefined | void;

/** What was started or made and must be ended or removed, last first. */
export class Cleanup {
  private readonly undos: { what: string; undo: Undo }[] = [];

  constructor(private readonly say: (line: string) => void) {}

  add(what: string, undo: Undo): void {
    this.undos.push({ what, undo });
  }

  /** Undoes everything, once; what fails is said and keeps nothing else from being undone. */
  async run(): Promise<void> {
    // Node.js ends when nothing is open, and what awaits the end of a child may hold nothing open.
    const awake = setInterval(() => undefined, 1_000);
    for (let one = this.undos.pop(); one; one = this.undos.pop()) {
      try {
        await one.undo();
      } catch (error) {
        this.say(`${one.what} could not be cleaned up: ${(error as Error).message}`);
      }
    }
    clearInterval(awake);
  }
}
