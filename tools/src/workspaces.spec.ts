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
const TOP = patterns.map((pattern) => pattern.replace(/\/\*$/, '')).sort();

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
    expect([...list.matchAll(/'([^']+)'/g)].map(([, name]) => name).sort()).toEqual(TOP);
  });

  it('are all checked for forbidden imports, by pnpm lint and by npm test', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: { lint: string } };
    const [, list = ''] = /depcruise --config \S+ (.+)$/.exec(scripts.lint) ?? [];
    expect(list.split(' ').sort()).toEqual(TOP);
    const stages = chosenStages([], '0');
    if ('wrong' in stages) throw new Error(stages.wrong);
    const commands = stages.map((stage) => ('command' in stage ? stage.command : []));
    const words = commands.find(([program]) => program === 'depcruise')?.slice(3);
    expect([...(words ?? [])].sort()).toEqual(TOP);
  });
});
