import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SourceFile } from './edited.js';

/** What ships: neither tests nor what they are made of. */
const NOT_SHIPPED = /\.spec\.ts$|(^|\/)(testing|fixtures)\//;

/** The shipped source of a workspace; paths are relative to the project. */
export function shippedSources(project: string, workspace: string): SourceFile[] {
  return ['src', 'migrations'].flatMap((part) => {
    const folder = join(workspace, part);
    return namesIn(join(project, folder))
      .filter((name) => /\.(ts|sql)$/.test(name) && !NOT_SHIPPED.test(name))
      .map((name) => join(folder, name))
      .map((path) => ({ path, text: readFileSync(join(project, path), 'utf8') }));
  });
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, encoding: 'utf8' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
