const SECRET = /URL|PASSWORD|SECRET|TOKEN|KEY/;
const FILE = '_FILE';

/**
 * Whether the value of a variable may hold a secret: it is never printed, and a file may hold it.
 */
export function isSecretName(name: string): boolean {
  return SECRET.test(name);
}

/** The variable that names the file which holds a secret: DB_URL → DB_URL_FILE */
export function secretFileName(name: string): string {
  return name + FILE;
}
