import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { workspaceFolders } from '@backstitch/tools';
import { describe, expect, it } from '@jest/globals';
import { inBuildOrder } from './build-order.js';
import { readMutants, workspacesOf } from './mutant.js';

const PROJECT = join(import.meta.dirname, '../../..');
const ALL = workspaceFolders(PROJECT);

function dependenciesOf(workspace: string): string[] {
  const text = readFileSync(join(PROJECT, workspace, 'package.json'), 'utf8');
  const { dependencies = {} } = JSON.parse(text) as { dependencies?: Record<string, string> };
  const names = Object.keys(dependencies).filter((name) => name.startsWith('@backstitch/'));
  return names.map((name) => name.replace('@backstitch/', ''));
}

describe('the build order of workspaces', () => {
  it('has every workspace of the project after each workspace that it depends on', () => {
    const order = inBuildOrder(PROJECT, [...ALL].reverse());
    expect([...order].sort()).toEqual([...ALL].sort());
    const built = order.map((workspace) => workspace.replace(/^.*\//, ''));
    const early = order.flatMap((workspace, index) => {
      const late = dependenciesOf(workspace).filter((name) => built.indexOf(name) > index);
      return late.map((name) => `${workspace} is built before ${name}`);
    });
    expect(early).toEqual([]);
    expect(built.indexOf('database')).toBeLessThan(built.indexOf('saga-engine'));
  });

  it('has only the requested workspaces, also when others are between them', () => {
    const order = inBuildOrder(PROJECT, ['apps/orchestrator', 'packages/database']);
    expect(order).toEqual(['packages/database', 'apps/orchestrator']);
  });

  it('knows the workspaces of every mutant', () => {
    for (const mutant of readMutants(join(PROJECT, 'drill/mutants'))) {
      expect(inBuildOrder(PROJECT, workspacesOf(mutant))).toHaveLength(workspacesOf(mutant).length);
    }
  });

  it('refuses a folder that is not a workspace', () => {
    expect(() => inBuildOrder(PROJECT, ['packages/unknown'])).toThrow('packages/unknown is not');
  });
});
