import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { pnpmProgram, writePnpmEntry } from '../bootstrap/pnpm-entry.mjs';
import { nodeIsTooOld } from '../bootstrap/node-version.mjs';

const run = promisify(execFile);

describe('the bootstrap', () => {
  it.each(['20.19.0', '20.20.2', '22.12.0', '23.0.0', '24.21.0', '100.0.0'])(
    'runs on Node.js %s',
    (version) => {
      expect(nodeIsTooOld(version)).toBeUndefined();
    },
  );

  it.each(['18.20.4', '20.18.9', '21.7.3', '22.11.0'])('refuses Node.js %s in words', (version) => {
    expect(nodeIsTooOld(version)).toMatch(
      new RegExp(`needs Node.js 20.19[^]*${version}[^]*nodejs.org`),
    );
  });
});

describe('the entry of a private pnpm', () => {
  it.each(["O'Neil", 'a "b" $HOME (x)', '`id`; größe *'])(
    'runs it with its words in a folder named %j',
    async (name) => {
      const base = await mkdtemp(join(tmpdir(), 'entry-'));
      const prefix = join(base, name);
      await mkdir(dirname(pnpmProgram(prefix)), { recursive: true });
      await writeFile(pnpmProgram(prefix), 'console.log(JSON.stringify(process.argv.slice(2)));');
      const words = ['install', "it's", '$HOME'];
      const entry = writePnpmEntry(prefix);
      expect(JSON.parse((await run(entry, words)).stdout)).toEqual(words);
      const env = { PATH: `${dirname(entry)}:${process.env.PATH}` };
      expect(JSON.parse((await run('pnpm', words, { env })).stdout)).toEqual(words);
      await rm(base, { recursive: true });
    },
  );
});
