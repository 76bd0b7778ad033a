import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Compares a text with the file that holds what it should be, and throws telling the first line
 * that differs. With UPDATE_GOLDEN=1 in the environment the file is written instead.
 */
export function expectGolden(path: string, text: string): void {
  if (process.env.UPDATE_GOLDEN === '1') {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    return;
  }
  const hint = 'run it with UPDATE_GOLDEN=1 if that is how it should be, and read the difference';
  if (!existsSync(path)) throw new Error(`there is no ${path}; ${hint}`);
  const expected = readFileSync(path, 'utf8').split('\n');
  const actual = text.split('\n');
  const length = Math.max(expected.length, actual.length);
  for (let i = 0; i < length; i++) {
    if (expected[i] === actual[i]) continue;
    throw new Error(
      `${path}:${i + 1} differs; ${hint}\n  expected: ${expected[i] ?? '(end of file)'}\n` +
        `  actual:   ${actual[i] ?? '(end of text)'}`,
    );
  }
}
