import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { machineLine, projectRoot } from '@backstitch/tools';
import type { RunningSite } from '../site/running-site.js';
import type { Circumstances } from './report-data.js';

export async function circumstancesOf(site: RunningSite): Promise<Circumstances> {
  const counts = new Map<string, number>();
  for (const { app } of site.apps) counts.set(app, (counts.get(app) ?? 0) + 1);
  return {
    commit: await commit(),
    node: process.version,
    ...(await site.versions()),
    machine: machineLine(),
    system: [...counts].map(([app, count]) => `${count} × ${app}`).join(', '),
  };
}

/** Of the project, marked when it was changed since; a copy without history says so. */
async function commit(): Promise<string> {
  const git = async (...words: string[]): Promise<string> =>
    (await promisify(execFile)('git', words, { cwd: projectRoot() })).stdout.trim();
  try {
    const id = await git('rev-parse', '--short', 'HEAD');
    return (await git('status', '--porcelain', '-uno')) === '' ? id : `${id}, changed since`;
  } catch {
    return 'not in a repository';
  }
}
