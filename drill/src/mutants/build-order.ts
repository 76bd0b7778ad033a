import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { workspaceFolders } from '@backstitch/tools';

interface Manifest {
  readonly name: string;
  readonly dependencies?: Record<string, string>;
}

/**
 * These workspaces of a project, each after those of them that it depends on, also through other
 * workspaces. The package.json files decide. Throws for a folder that is not a workspace.
 */
export function inBuildOrder(project: string, workspaces: readonly string[]): string[] {
  const folders = new Map<string, string>();
  const dependencies = new Map<string, readonly string[]>();
  for (const folder of workspaceFolders(project)) {
    const path = join(project, folder, 'package.json');
    const manifest = JSON.parse(readFileSync(path, 'utf8')) as Manifest;
    folders.set(manifest.name, folder);
    dependencies.set(folder, Object.keys(manifest.dependencies ?? {}));
  }
  const order = new Set<string>();
  const visit = (folder: string): void => {
    const names = dependencies.get(folder);
    if (!names) throw new Error(`${folder} is not a workspace of pnpm-workspace.yaml`);
    if (order.has(folder)) return;
    for (const name of names) {
      const dependency = folders.get(name);
      if (dependency !== undefined) visit(dependency);
    }
    order.add(folder);
  };
  for (const workspace of workspaces) visit(workspace);
  return [...order].filter((folder) => workspaces.includes(folder));
}
