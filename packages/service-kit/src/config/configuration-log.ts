import type { Logger } from '../logger.js';
import type { AppConfig } from './app-config.js';
import { givenVariables } from './load-config.js';
import { nearVariables } from './near-variables.js';
import { isSecretName, secretFileName } from './secret-names.js';
import { withoutSecrets } from './without-secrets.js';

const MASK = '***';

/** One line with what the app runs on, and one for each variable that looks misspelt. */
export function logConfiguration(config: AppConfig, logger: Logger): void {
  const names = Object.keys(config);
  logger.info({ configuration: loggedConfiguration(config) }, 'configuration');
  const known = names.flatMap((name) =>
    isSecretName(name) ? [name, secretFileName(name)] : [name],
  );
  for (const { variable, like } of nearVariables(Object.keys(givenVariables()), known)) {
    logger.warn({ variable, like }, `${variable} is not read: is it a misspelt ${like}?`);
  }
}

/** What may be logged of a configuration: everything but its secrets. Pure. */
function loggedConfiguration(config: AppConfig): Record<string, unknown> {
  const logged = Object.entries(config).map(([name, value]) => [name, loggedValue(name, value)]);
  return { ...Object.fromEntries(logged), METRICS_PORT: config.metricsPort ?? 'off' };
}

function loggedValue(name: string, value: unknown): unknown {
  if (typeof value !== 'string' || value === '') return value;
  const logged = withoutSecrets(value);
  return isSecretName(name) && !value.includes('://') ? MASK : logged;
}
