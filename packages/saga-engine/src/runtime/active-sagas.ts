import { isOpen } from '../core/instance.js';
import type { ActiveSaga } from './active-saga.js';

/** The sagas that an engine drives, by id, and how many of which kind. */
export class ActiveSagas {
  private readonly byId = new Map<string, ActiveSaga>();
  private readonly newWork = new Set<ActiveSaga>();
  private adopted = 0;

  get size(): number {
    return this.byId.size;
  }

  /** How many of them are parked: retried for so long that an operator must act. */
  get needingAttention(): number {
    return this.all().filter(({ instance }) => isOpen(instance) && instance.needsAttention).length;
  }

  /** How many of them were started here and go forward. */
  get newWorkSize(): number {
    return this.newWork.size;
  }

  /** How many were taken over, or found again. */
  get adoptedSize(): number {
    return this.adopted;
  }

  find(sagaId: string): ActiveSaga | undefined {
    return this.byId.get(sagaId);
  }

  all(): ActiveSaga[] {
    return [...this.byId.values()];
  }

  /** False for a saga that ended or waits, or that this instance no longer drives. */
  has(active: ActiveSaga): boolean {
    return this.byId.get(active.instance.sagaId) === active;
  }

  add(active: ActiveSaga): void {
    if (this.has(active)) return;
    this.byId.set(active.instance.sagaId, active);
    if (active.origin === 'adopted') this.adopted++;
    else this.newWork.add(active);
  }

  /** It was started here, and may no longer be new work. */
  moved(active: ActiveSaga): void {
    if (!active.isNewWork) this.newWork.delete(active);
  }

  remove(active: ActiveSaga): void {
    this.newWork.delete(active);
    if (!this.has(active)) return;
    this.byId.delete(active.instance.sagaId);
    if (active.origin === 'adopted') this.adopted--;
  }

  clear(): void {
    this.byId.clear();
    this.newWork.clear();
    this.adopted = 0;
  }
}
