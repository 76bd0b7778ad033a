import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import { urlList, type AppConfig } from './app-config.js';

export type Environment = Readonly<Record<string, string | undefined>>;

export type ConfigReading<Config> = { config: Config } | { problems: string[] };

/** The passwords of the documents, which everybody knows. */
const DEMO_CREDENTIALS = [/^[^:]*:1111$/, /^admin:admin$/, /^guest:guest$/];
/** A value that may hold a password is never printed. */
const SECRET = /URL|PASSWORD|SECRET|TOKEN|KEY/;

/**
 * The configuration that an environment spells, or every problem with it, in words. Pure. A variable
 * set to the empty string counts as not set; a variable the class does not declare is not looked at.
 */
export function readConfig<Config extends AppConfig>(
  ConfigClass: new () => Config,
  environment: Environment,
): ConfigReading<Config> {
  const given: Record<string, string> = {};
  for (const name of Object.keys(new ConfigClass())) {
    const value = environment[name]?.trim();
    if (value) given[name] = value;
  }
  const config = plainToInstance(ConfigClass, given, { exposeDefaultValues: true });
  const problems = [...invalidVariables(config, given), ...demoPasswords(config)];
  return problems.length > 0 ? { problems } : { config };
}

function invalidVariables(config: AppConfig, given: Record<string, string>): string[] {
  return validateSync(config, { forbidUnknownValues: false }).flatMap(({ property, constraints }) =>
    Object.values(constraints ?? {}).map((message) => {
      const value = given[property];
      if (value === undefined) return `${message} (it is not set)`;
      return SECRET.test(property) ? message : `${message} (it is "${value}")`;
    }),
  );
}

function demoPasswords(config: AppConfig): string[] {
  if (config.NODE_ENV !== 'production') return [];
  return Object.entries(config)
    .filter(([, value]) => typeof value === 'string' && urlList(value).some(hasDemoPassword))
    .map(
      ([name]) =>
        `${name} has a password of the demo set-up, which everybody knows; with NODE_ENV=production set one of your own`,
    );
}

function hasDemoPassword(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { username, password } = new URL(text);
  const credentials = decoded(`${username}:${password}`);
  return DEMO_CREDENTIALS.some((demo) => demo.test(credentials));
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // the URL is refused for that already
  }
}
