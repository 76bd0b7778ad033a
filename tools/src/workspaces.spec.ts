import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { workspaceFolders } from '../bootstrap/workspaces.mjs';
import { chosenStages } from './test/stages.js';

const PROJECT = join(import.meta.dirname, '../..');
const read = (path: string) => readFileSync(join(PROJECT, path), 'utf8');
const { packages: patterns } = parse(read('pnpm-workspace.yaml')) as { packages: string[] };
/** The folders at the top of the project that hold workspaces. */
const TOP = sorted(patterns.map((pattern) => pattern.replace(/\/\*$/, '')));

function sorted(names: readonly string[]): string[] {
  return [...names].sort((one, other) => one.localeCompare(other));
}

describe('the workspaces of pnpm-workspace.yaml', () => {
  it('are all found by the bootstrap, which has no YAML library', () => {
    const wanted = patterns.flatMap((pattern) => {
      const parent = pattern.replace(/\/\*$/, '');
      if (parent === pattern) return [pattern];
      return readdirSync(join(PROJECT, parent)).map((name) => `${parent}/${name}`);
    });
    const folders = wanted.filter((folder) => existsSync(join(PROJECT, folder, 'package.json')));
    expect(workspaceFolders(PROJECT)).toEqual(folders.sort((a, b) => a.localeCompare(b)));
    expect(folders).toEqual(expect.arrayContaining(['drill', 'examples', 'packages/launcher']));
  });

  it('are all searched for tests', () => {
    const [, list = ''] = /const workspaces = \[([^\]]+)\]/.exec(read('jest.config.js')) ?? [];
    const folders = [...list.matchAll(/'([^']+)'/g)].map(([, name]) => String(name));
    expect(sorted(folders)).toEqual(TOP);
  });

  it('are all checked for forbidden imports, by pnpm lint and by npm test', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: { lint: string } };
    const [, list = ''] = /depcruise --config \S+ (.+)$/.exec(scripts.lint) ?? [];
    expect(sorted(list.split(' '))).toEqual(TOP);
    const stages = chosenStages([], '0');
    const commands = stages.map((stage): readonly string[] =>
      'command' in stage ? stage.command : [],
    );
    const [words = []] = commands.filter(([program]) => program === 'depcruise');
    expect(sorted(words.slice(3))).toEqual(TOP);
  });
});
