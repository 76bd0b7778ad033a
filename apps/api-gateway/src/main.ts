import { ACCESS_TABLE } from '@backstitch/auth';
import { bootApp, createLogger, EventStreams, loadConfig, Shedding } from '@backstitch/service-kit';
import { ACCOUNT_BODY_BYTES_MAX, CHECKOUT_BYTES_MAX } from '@backstitch/shared-types';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import 'reflect-metadata';
import { registerAccess } from './access/access.hook.js';
import { registerAdmission } from './admission/admission.hook.js';
import { IdentityClient } from './accounts/identity.client.js';
import { AppModule } from './app.module.js';
import { registerCheckoutCaller } from './checkout/checkout-caller.hook.js';
import { GatewayConfig } from './config.js';
import { dashboardFiles } from './dashboard/dashboard.files.js';
import { serveOpenApi } from './docs/open-api.js';
import { tokenChecks } from './identity/token-checks.client.js';
import { Orchestrators } from './orchestrators/orchestrators.client.js';
import { RateLimit } from './rate-limit/rate-limit.js';
import { InventoryClient } from './services/inventory.client.js';
import { OrderClient } from './services/order.client.js';
import type { ServiceClient } from './services/service.client.js';

const APP = 'api-gateway';
const config = loadConfig(GatewayConfig);
const logger = createLogger({ app: APP, level: config.LOG_LEVEL });

const shedding = new Shedding(logger);
const { limits, trustedProxies, corsOrigins, guests } = config;
const checks = tokenChecks(config, logger);
const rateLimit = Object.values(limits).some((limit) => limit > 0)
  ? new RateLimit({ limits, trustedProxies, shedding, verifier: checks.verifier })
  : undefined;
const dashboard = dashboardFiles(logger);
const jobs = checks.jobs(rateLimit?.shared);
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
    sendPage: dashboard.sendPage,
    ...(rateLimit && { refuseEarly: (request) => rateLimit.refusalOf(request) }),
  },
  configure: async (app) => {
    const fastify = app.getHttpAdapter().getInstance();
    registerAccess(fastify, { ...checks, rateLimit, guests, logger });
    registerCheckoutCaller(fastify);
    registerAdmission(app);
    await dashboard.serveAssets(fastify);
    jobs.forEach((job) => job.start());
    if (config.servesDocs) serveOpenApi(app, config.CURRENCY);
  },
  dependencies: (app) =>
    appsBehind(app).map(({ name, whyNotReady }) => ({
      name,
      async check() {
        const why = await whyNotReady();
        if (why !== undefined) throw new Error(why);
      },
    })),
  drain: (app) => ({
    first: [
      { name: 'event streams', run: async () => app.get(EventStreams).close() },
      ...jobs.map((job) => ({ name: job.name, run: () => job.stop() })),
    ],
    last: [
      ...appsBehind(app).map(({ name, close }) => ({ name, run: close })),
      { name: 'token checks', run: () => checks.close() },
    ],
  }),
});

interface Behind {
  name: string;
  whyNotReady: () => Promise<string | undefined>;
  close: () => Promise<void>;
}

/** The apps behind the gateway. Without one of them it serves what needs the others. */
function appsBehind(app: NestFastifyApplication): Behind[] {
  const behind = (name: string, client: Pick<ServiceClient, 'whyNotReady' | 'close'>): Behind => ({
    name,
    whyNotReady: () => client.whyNotReady(),
    close: () => client.close(),
  });
  const all = [
    behind('orchestrator', app.get(Orchestrators)),
    behind('inventory-service', app.get(InventoryClient)),
    behind('order-service', app.get(OrderClient)),
  ];
  if (config.identityUrl === undefined) return all;
  const identity = behind('identity-service', app.get(IdentityClient));
  const whyNotReady = async () => {
    const why = await identity.whyNotReady();
    return why ?? (checks.verifier.knowsOwnKeys ? undefined : 'its public keys were not read yet');
  };
  return [...all, { ...identity, whyNotReady }];
}
