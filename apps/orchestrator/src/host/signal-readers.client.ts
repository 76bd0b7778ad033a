import { SignalReader } from '@backstitch/messaging';
import type { SagaEngine } from '@backstitch/saga-engine';
import { type Logger, logRoutine } from '@backstitch/service-kit';
import type { SagaSignalPacket } from '@backstitch/shared-types';
import type { Brokers } from './brokers/brokers.client.js';
import type { SagaParticipant } from './registry/registered-saga.js';

export interface SignalReadersOptions {
  brokers: Brokers;
  participants: readonly SagaParticipant[];
  engine: Pick<SagaEngine, 'signal'>;
  logger: Logger;
}

/** Reads what participants tell sagas by the queues of their signals. */
export class SignalReaders {
  private readonly readers: readonly SignalReader[];

  constructor(private readonly options: SignalReadersOptions) {
    this.readers = options.participants.flatMap(({ queue, signals }) => {
      if (!signals) return [];
      const broker = options.brokers.brokerOf(queue);
      return [new SignalReader({ broker, ...signals, onSignal: (signal) => this.give(signal) })];
    });
  }

  start(): void {
    for (const reader of this.readers) reader.start();
  }

  async close(): Promise<void> {
    await Promise.all(this.readers.map((reader) => reader.close()));
  }

  private async give({ sagaId, id, name }: SagaSignalPacket['data']): Promise<void> {
    const { engine, logger } = this.options;
    const { kind } = await engine.signal(sagaId, { id, name, data: null });
    logRoutine(logger, { sagaId, signal: name, answer: kind }, 'a participant told a saga');
  }
}
