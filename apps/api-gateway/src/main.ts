import { bootApp, createLogger, loadConfig } from '@backstitch/service-kit';
import 'reflect-metadata';
import { guardTheDoor } from './admission/door.js';
import { AppModule } from './app.module.js';
import { GatewayConfig } from './config.js';
import { serveOpenApi } from './docs/open-api.js';
import { Orchestrators } from './orchestrators/orchestrators.client.js';

const APP = 'api-gateway';
const config = loadConfig(GatewayConfig);
const logger = createLogger({ app: APP, level: config.LOG_LEVEL });

await bootApp({
  name: APP,
  module: AppModule.for(config, logger),
  config,
  logger,
  prefix: 'api',
  configure: (app) => {
    guardTheDoor(app);
    if (config.servesDocs) serveOpenApi(app);
  },
  dependencies: (app) => [
    {
      name: 'orchestrator',
      async check() {
        const why = await app.get(Orchestrators).whyNotReady();
        if (why !== undefined) throw new Error(why);
      },
    },
  ],
  drain: (app) => ({
    last: [{ name: 'orchestrators', run: () => app.get(Orchestrators).close() }],
  }),
});
