import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import type { AppConfig } from './app-config.js';
import { passwordProblem } from './passwords.js';
import { isSecretName } from './secret-names.js';

export type Environment = Readonly<Record<string, string | undefined>>;

export type ConfigReading<Config> = { config: Config } | { problems: string[] };

/**
 * The configuration that an environment spells, or every problem with it, in words. Pure. A
 * variable set to the empty string counts as not set; a variable the class does not declare is
 * ignored, nor is one of those that are left out by `only`.
 */
export function readConfig<Config extends AppConfig>(
  ConfigClass: new () => Config,
  environment: Environment,
  only: readonly string[] = Object.keys(new ConfigClass()),
): ConfigReading<Config> {
  const given: Record<string, string> = {};
  const read = [...only, 'NODE_ENV'];
  for (const name of read) {
    const value = environment[name]?.trim();
    if (value) given[name] = value;
  }
  const config = plainToInstance(ConfigClass, given, { exposeDefaultValues: true });
  const problems = [...invalidVariables(config, given, read), ...weakPasswords(config, only)];
  return problems.length > 0 ? { problems } : { config };
}

/** A default that production refuses is no problem of a program that does not read the variable. */
function invalidVariables(
  config: AppConfig,
  given: Record<string, string>,
  read: readonly string[],
): string[] {
  const errors = validateSync(config, { forbidUnknownValues: false });
  const told = errors.filter(({ property }) => read.includes(property));
  return told.flatMap(({ property, constraints }) =>
    Object.values(constraints ?? {}).map((message) => {
      const value = given[property];
      if (value === undefined) return `${message} (it is not set)`;
      return isSecretName(property) ? message : `${message} (it is "${value}")`;
    }),
  );
}

function weakPasswords(config: AppConfig, names: readonly string[]): string[] {
  if (config.NODE_ENV !== 'production') return [];
  return Object.entries(config).flatMap(([name, value]) => {
    if (typeof value !== 'string' || !names.includes(name)) return [];
    const problem = passwordProblem(value);
    return problem ? [`${name} ${problem}; with NODE_ENV=production set one of your own`] : [];
  });
}
