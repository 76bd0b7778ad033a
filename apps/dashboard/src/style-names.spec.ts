import { describe, expect, it } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const SOURCE = fileURLToPath(new URL('.', import.meta.url));
const files = readdirSync(SOURCE, { recursive: true })
  .map((file) => join(SOURCE, String(file)))
  .filter((file) => /\.tsx?$/.test(file) && !file.endsWith('.spec.ts'));

/** Each `name.member` of each imported style sheet; the compiler does not know their members. */
const uses = files.flatMap((file) => {
  const text = readFileSync(file, 'utf8');
  return [...text.matchAll(/import (\w+) from '(\.[^']+\.module\.css)'/g)].map(
    ([, name, path]) => ({
      file: file.slice(SOURCE.length),
      sheet: join(dirname(file), path!),
      members: [...text.matchAll(new RegExp(`\\b${name}\\.(\\w+)`, 'g'))].map(([, one]) => one!),
    }),
  );
});

/** Of an import such as `./saga-rows.js`, whose name ends as a style sheet's does. */
const isFile = (member: string) => member === 'module' || member === 'js';

describe('the style sheets', () => {
  it.each(uses.map((use) => [use.file, use] as const))(
    'have every class that %s names',
    (_file, { sheet, members }) => {
      const classes = readFileSync(sheet, 'utf8').matchAll(/\.([a-zA-Z][\w-]*)/g);
      const known = new Set([...classes].map(([, name]) => name!));
      expect(members.filter((member) => !isFile(member) && !known.has(member))).toEqual([]);
    },
  );

  it('name no colour outside of tokens.css', () => {
    const sheets = readdirSync(SOURCE, { recursive: true })
      .map(String)
      .filter((file) => file.endsWith('.module.css'));
    const coloured = sheets.filter((file) => {
      return /#[0-9a-f]{3,8}\b|rgb\(/i.test(readFileSync(join(SOURCE, file), 'utf8'));
    });
    expect(coloured).toEqual([]);
  });
});
