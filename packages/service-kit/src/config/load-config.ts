import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parseEnv } from 'node:util';
import type { AppConfig } from './app-config.js';
import { readConfig, type Environment } from './read-config.js';
import { withSecretFiles } from './secret-files.js';

/**
 * Reads and validates the app's configuration, once, at boot: the process's environment, and for
 * what that leaves unset the `.env` beside the app. A secret may be in a file instead, which
 * DB_URL_FILE, say, names. Prints every problem and exits with 1 if any. A program that uses some
 * variables only names them: it needs no credential of the others.
 */
export function loadConfig<Config extends AppConfig>(
  ConfigClass: new () => Config,
  names: readonly (keyof Config & string)[] = namesOf(ConfigClass),
): Config {
  const { environment, problems } = withSecretFiles(names, givenVariables(), (file) =>
    readFileSync(file, 'utf8'),
  );
  const reading = readConfig(ConfigClass, environment, names);
  if ('config' in reading && problems.length === 0) return reading.config;
  if ('problems' in reading) problems.push(...reading.problems);
  const lines = problems.map((problem) => `  - ${problem}`);
  process.stderr.write(`The configuration is not valid:\n${lines.join('\n')}\n`);
  return process.exit(1);
}

function namesOf<Config extends AppConfig>(
  ConfigClass: new () => Config,
): readonly (keyof Config & string)[] {
  return Object.keys(new ConfigClass()) as (keyof Config & string)[];
}

/** What the environment of the process sets, and what the `.env` beside the app sets besides. */
export function givenVariables(): Environment {
  const set = setVariables(process.env);
  // A secret that the environment gives, in either way, hides both ways of the file.
  const isHidden = (name: string) =>
    `${name}_FILE` in set || (name.endsWith('_FILE') && name.slice(0, -'_FILE'.length) in set);
  const file = Object.entries(dotEnv(appFolder(process.argv[1] ?? '.')));
  return { ...Object.fromEntries(file.filter(([name]) => !isHidden(name))), ...set };
}

/** The variables of a folder's `.env`; none when there is no such file. */
export function dotEnv(folder: string): Environment {
  const file = join(folder, '.env');
  return existsSync(file) ? parseEnv(readFileSync(file, 'utf8')) : {};
}

/** An empty variable must not hide the one of the same name in `.env`. */
function setVariables(environment: Environment): Environment {
  return Object.fromEntries(Object.entries(environment).filter(([, value]) => value?.trim()));
}

/** The folder of the package that the started script belongs to. */
export function appFolder(script: string): string {
  let folder = dirname(resolve(script));
  while (!existsSync(join(folder, 'package.json'))) {
    const parent = dirname(folder);
    if (parent === folder) return dirname(resolve(script));
    folder = parent;
  }
  return folder;
}
