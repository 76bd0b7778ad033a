import { bootApp, createLogger, loadConfig, Shedding } from '@backstitch/service-kit';
import { CHECKOUT_BYTES_MAX } from '@backstitch/shared-types';
import 'reflect-metadata';
import { registerAccess } from './access/access.hook.js';
import { registerAdmission } from './admission/admission.hook.js';
import { AppModule } from './app.module.js';
import { registerCheckoutCaller } from './checkout/checkout-caller.hook.js';
import { GatewayConfig } from './config.js';
import { serveOpenApi } from './docs/open-api.js';
import { tokenChecks } from './identity/token-checks.client.js';
import { Orchestrators } from './orchestrators/orchestrators.client.js';
import { RateLimit } from './rate-limit/rate-limit.js';
import { InventoryClient } from './services/inventory.client.js';
import { OrderClient } from './services/order.client.js';

const APP = 'api-gateway';
const config = loadConfig(GatewayConfig);
const logger = createLogger({ app: APP, level: config.LOG_LEVEL });

const shedding = new Shedding(logger);
const { rateLimitPerMinute: perMinute, trustedProxies, corsOrigins } = config;
const rateLimit = perMinute > 0 && new RateLimit({ perMinute, trustedProxies, shedding });
const { verifier, jobs } = tokenChecks(config, logger);

await bootApp({
  name: APP,
  module: AppModule.for(config, logger, shedding),
  config,
  logger,
  prefix: 'api',
  // A cart of a hundred lines has 102 arrays and objects. A slightly longer one gets a message with
  // the limit.
  limits: { bodyBytesMax: CHECKOUT_BYTES_MAX, bodyNestedMax: 1_000 },
  edge: {
    isPublic: true,
    corsOrigins,
    ...(rateLimit && { refuseEarly: (request) => rateLimit.refusalOf(request) }),
  },
  configure: (app) => {
    const fastify = app.getHttpAdapter().getInstance();
    registerAccess(fastify, { verifier, guests: config.guests, logger });
    registerCheckoutCaller(fastify);
    registerAdmission(app);
    jobs.forEach((job) => job.start());
    if (config.servesDocs) serveOpenApi(app, config.CURRENCY);
  },
  dependencies: (app) => [
    {
      name: 'orchestrator',
      async check() {
        const why = await app.get(Orchestrators).whyNotReady();
        if (why !== undefined) throw new Error(why);
      },
    },
    {
      name: 'inventory-service',
      async check() {
        const why = await app.get(InventoryClient).whyNotReady();
        if (why !== undefined) throw new Error(why);
      },
    },
    {
      name: 'order-service',
      async check() {
        const why = await app.get(OrderClient).whyNotReady();
        if (why !== undefined) throw new Error(why);
      },
    },
  ],
  drain: (app) => ({
    first: jobs.map((job) => ({ name: job.name, run: () => job.stop() })),
    last: [
      { name: 'orchestrators', run: () => app.get(Orchestrators).close() },
      { name: 'inventory-service', run: () => app.get(InventoryClient).close() },
      { name: 'order-service', run: () => app.get(OrderClient).close() },
    ],
  }),
});
