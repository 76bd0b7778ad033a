import { ACCESS_TABLE } from '@backstitch/auth';
import { bootApp, createLogger, loadConfig, Shedding } from '@backstitch/service-kit';
import { ACCOUNT_BODY_BYTES_MAX, CHECKOUT_BYTES_MAX } from '@backstitch/shared-types';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import 'reflect-metadata';
import { registerAccess } from './access/access.hook.js';
import { registerAdmission } from './admission/admission.hook.js';
import { IdentityClient } from './accounts/identity.client.js';
import { AppModule } from './app.module.js';
import { registerCheckoutCaller } from './checkout/checkout-caller.hook.js';
import { GatewayConfig } from './config.js';
import { serveOpenApi } from './docs/open-api.js';
import { tokenChecks } from './identity/token-checks.client.js';
import { Orchestrators } from './orchestrators/orchestrators.client.js';
import { RateLimit } from './rate-limit/rate-limit.js';
import { InventoryClient } from './services/inventory.client.js';

const APP = 'api-gateway';
const config = loadConfig(GatewayConfig);
const logger = createLogger({ app: APP, level: config.LOG_LEVEL });

const shedding = new Shedding(logger);
const { rateLimitPerMinute: perMinute, trustedProxies, corsOrigins } = config;
const rateLimit = perMinute > 0 && new RateLimit({ perMinute, trustedProxies, shedding });
const { verifier, jobs } = tokenChecks(config, logger);
/** As identity-service has it. */
const bodyBytesMaxAt = Object.fromEntries(
  ACCESS_TABLE.filter(({ app }) => app === 'identity-service').map(({ route }) => {
    return [route, ACCOUNT_BODY_BYTES_MAX];
  }),
);

await bootApp({
  name: APP,
  module: AppModule.for(config, logger, shedding),
  config,
  logger,
  prefix: 'api',
  // A cart of a hundred lines has 102 arrays and objects. A slightly longer one gets a message with
  // the limit.
  limits: { bodyBytesMax: CHECKOUT_BYTES_MAX, bodyBytesMaxAt, bodyNestedMax: 1_000 },
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
  dependencies: (app) =>
    clientsOf(app).map(({ name, client }) => ({
      name,
      async check() {
        const why = await client.whyNotReady();
        if (why !== undefined) throw new Error(why);
      },
    })),
  drain: (app) => ({
    first: jobs.map((job) => ({ name: job.name, run: () => job.stop() })),
    last: clientsOf(app).map(({ name, client }) => ({ name, run: () => client.close() })),
  }),
});

/** The apps behind the gateway. Without one of them it serves what needs the others. */
function clientsOf(app: NestFastifyApplication) {
  const all = [
    { name: 'orchestrator', client: app.get(Orchestrators) },
    { name: 'inventory-service', client: app.get(InventoryClient) },
  ];
  if (config.identityUrl === undefined) return all;
  return [...all, { name: 'identity-service', client: app.get(IdentityClient) }];
}
