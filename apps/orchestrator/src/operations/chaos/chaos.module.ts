import type { Database, Logger } from '@backstitch/service-kit';
import type { OrchestratorConfig } from '../../config.js';
import { OperatorActions } from '../operator-actions.repository.js';
import { ChaosSettingsRepository } from './chaos-settings.repository.js';
import { ChaosController } from './chaos.controller.js';
import { ChaosHandler } from './chaos.handler.js';
import { ChaosPusher } from './chaos.pusher.js';
import { InstancesClient } from './instances.client.js';

/** The chaos settings; undefined where nothing can be set: in production, and without OPS_TOKEN. */
export function chaosOf(parts: { config: OrchestratorConfig; database: Database; logger: Logger }) {
  const { config, database, logger } = parts;
  const { opsToken, operatedApps } = config;
  if (opsToken === undefined) return undefined;
  const settings = new ChaosSettingsRepository(database);
  const instances = new InstancesClient(operatedApps, opsToken);
  const pusher = new ChaosPusher({ settings, instances, logger });
  const actions = new OperatorActions(database);
  const handler = new ChaosHandler({ settings, pusher, actions, logger });
  return {
    pusher,
    controllers: [ChaosController],
    providers: [{ provide: ChaosHandler, useValue: handler }],
  };
}

export type Chaos = NonNullable<ReturnType<typeof chaosOf>>;
