import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The folders of all workspaces that pnpm-workspace.yaml names, relative to the project, in
 * alphabetical order. Runs before any library is installed, so it reads the YAML itself.
 */
export function workspaceFolders(root) {
  const text = readFileSync(join(root, 'pnpm-workspace.yaml'), 'utf8');
  const list = /^packages:\n((?: +- .+\n)+)/m.exec(text)?.[1] ?? '';
  const patterns = [...list.matchAll(/- ["']?([^"'\n]+)["']?$/gm)].map(([, pattern]) => pattern);
  return patterns
    .flatMap((pattern) => {
      if (!pattern.endsWith('/*')) return [pattern];
      const parent = pattern.slice(0, -2);
      return readdirSync(join(root, parent)).map((name) => join(parent, name));
    })
    .filter((folder) => existsSync(join(root, folder, 'package.json')))
    .sort((one, other) => one.localeCompare(other));
}
