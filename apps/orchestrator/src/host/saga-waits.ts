import type { EndedSaga, WaitingSaga } from '@backstitch/saga-engine';
import { inTime } from './in-time.js';
import type { SagaRuntime } from './saga.runtime.js';

/** The last read of a row may begin when the wait is over. */
const LAST_READ_MS = 250;

/** The requests that wait for a saga. A shutdown answers them at once. */
export class SagaWaits {
  private readonly waits = new Set<() => void>();
  private isClosing = false;

  constructor(private readonly sagas: Pick<SagaRuntime, 'engine'>) {}

  /** Undefined when the saga goes on, or could not be read, when the wait is over. */
  waitForEnd(sagaId: string, maxMs: number): Promise<EndedSaga | undefined> {
    return this.wait(maxMs, () => this.sagas.engine.waitForEnd(sagaId, maxMs));
  }

  /** As waitForEnd; a saga that waits for a signal or a time has nothing to do either. */
  waitForRest(sagaId: string, maxMs: number): Promise<EndedSaga | WaitingSaga | undefined> {
    return this.wait(maxMs, () => this.sagas.engine.waitForRest(sagaId, maxMs));
  }

  close(): void {
    this.isClosing = true;
    for (const letGo of this.waits) letGo();
  }

  private async wait<Seen>(
    maxMs: number,
    begin: () => Promise<Seen | undefined>,
  ): Promise<Seen | undefined> {
    let letGo = (): void => undefined;
    const cutShort = new Promise<undefined>((resolve) => {
      letGo = () => resolve(undefined);
    });
    this.waits.add(letGo);
    if (this.isClosing) letGo();
    try {
      return await inTime(maxMs + LAST_READ_MS, Promise.race([begin(), cutShort]));
    } finally {
      this.waits.delete(letGo);
    }
  }
}
