import type { Database } from '@backstitch/database';
import type { DynamicModule } from '@nestjs/common';
import { createApp } from '../boot.js';
import { ParticipantConfig } from '../config/app-config.js';
import { createLogger } from '../logger.js';
import { commandServer } from './command-server.js';

export interface ServedCommands {
  /** Throws, saying why, while the queue is not consumed yet. */
  check(): void;
  close(): Promise<void>;
}

/**
 * The commands of a module, served from a queue of this broker as bootParticipant does, without
 * HTTP, signal handlers, jobs and the check of the currency: for tests.
 */
export async function serveCommands(options: {
  brokerUrl: string;
  queue: string;
  module: DynamicModule;
  database: Database;
}): Promise<ServedCommands> {
  const { brokerUrl, queue, module, database } = options;
  const name = 'test';
  const logger = createLogger({ app: name, level: 'silent' });
  const config = Object.assign(new ParticipantConfig(), { RABBITMQ_URL: brokerUrl });
  const { broker, commands } = commandServer({ name, config, logger, queue, database });
  const app = await createApp({ name, module, config, logger });
  app.connectMicroservice({ strategy: commands });
  broker.connect();
  await app.startAllMicroservices();
  return {
    check: () => {
      const { state, why } = commands.consumerStatus();
      if (state !== 'attached') throw new Error(`${queue} is not consumed: ${why ?? state}`);
    },
    close: async () => {
      await app.close();
      await broker.close();
    },
  };
}
