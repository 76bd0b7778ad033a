import { isSecretName, secretFileName } from './secret-names.js';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * An environment in which the content of the files that it names stands in place of their names:
 * DB_URL_FILE=/run/secrets/orders → DB_URL=…; and what is wrong with them, in words. Pure but for
 * what `read` does.
 */
export function withSecretFiles(
  names: readonly string[],
  environment: Environment,
  read: (file: string) => string,
): { environment: Environment; problems: string[] } {
  const problems: string[] = [];
  const found: Record<string, string> = {};
  for (const name of names.filter((each) => isSecretName(each))) {
    const variable = secretFileName(name);
    const file = environment[variable]?.trim();
    if (!file) continue;
    if (environment[name]?.trim()) {
      problems.push(`${name} and ${variable} are both set: set one of them`);
      continue;
    }
    const content = contentOf(file, read);
    if ('value' in content) found[name] = content.value;
    else problems.push(`${variable} names ${file}, which ${content.problem}`);
  }
  return { environment: { ...environment, ...found }, problems };
}

function contentOf(
  file: string,
  read: (file: string) => string,
): { value: string } | { problem: string } {
  try {
    const value = read(file).replace(/\r?\n$/, '');
    return value.trim() === '' ? { problem: 'is empty' } : { value };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    return { problem: `cannot be read (${code})` };
  }
}
