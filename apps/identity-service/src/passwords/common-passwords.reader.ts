import { readFileSync } from 'node:fs';

const FILE = new URL('../../data/common-passwords.txt', import.meta.url);

/** Whether a password, in lower case, is among the most common ones. Reads their list once. */
export function commonPasswords(): (lowerCase: string) => boolean {
  const common = new Set(readFileSync(FILE, 'utf8').split('\n'));
  return (lowerCase) => common.has(lowerCase);
}
