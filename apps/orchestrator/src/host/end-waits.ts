import type { EndedSaga } from '@backstitch/saga-engine';
import { inTime } from './in-time.js';
import type { SagaRuntime } from './saga.runtime.js';

/** The last read of a row may begin when the wait is over. */
const LAST_READ_MS = 250;

/** The requests that wait for the end of a saga. A shutdown answers them at once. */
export class EndWaits {
  private readonly waits = new Set<() => void>();
  private isClosing = false;

  constructor(private readonly sagas: Pick<SagaRuntime, 'engine'>) {}

  /** Undefined when the saga goes on, or could not be read, when the wait is over. */
  async waitForEnd(sagaId: string, maxMs: number): Promise<EndedSaga | undefined> {
    let letGo = (): void => undefined;
    const cutShort = new Promise<undefined>((resolve) => {
      letGo = () => resolve(undefined);
    });
    this.waits.add(letGo);
    if (this.isClosing) letGo();
    try {
      const ended = this.sagas.engine.waitForEnd(sagaId, maxMs);
      return await inTime(maxMs + LAST_READ_MS, Promise.race([ended, cutShort]));
    } finally {
      this.waits.delete(letGo);
    }
  }

  close(): void {
    this.isClosing = true;
    for (const letGo of this.waits) letGo();
  }
}
