import { readFileSync } from 'node:fs';

const FILE = new URL('../../data/common-passwords.txt', import.meta.url);

/**
 * Whether a password, in lower case, is among the most common ones. Reads their list once. It stays
 * one text: searching it takes microseconds, and ten thousand strings would take a megabyte.
 */
export function commonPasswords(): (lowerCase: string) => boolean {
  const lines = `\n${readFileSync(FILE, 'utf8').trim()}\n`;
  return (lowerCase) => !lowerCase.includes('\n') && lines.includes(`\n${lowerCase}\n`);
}
