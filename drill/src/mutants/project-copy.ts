import { cp, mkdir, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { runProgram } from '@backstitch/tools';
import { edited, StaleMutant } from './edited.js';
import { type Mutant, workspacesOf } from './mutant.js';
import { shippedSources } from './sources.js';

/** Neither sources nor what was built of them. */
const LEFT_OUT = new Set(['.git', '.turbo', '.backstitch', 'node_modules']);
const FOLDERS = ['packages', 'apps'];
const BUILD_MS_MAX = 180_000;
/** What only the protection used may stay behind. */
const LEFTOVERS_ALLOWED = ['--noUnusedLocals', 'false', '--noUnusedParameters', 'false'];
/** What is built must be built after what it is built on. */
const BUILD_ORDER = ['shared-types', 'coalesce', 'saga-engine', 'messaging', 'service-kit'];

/** The project in a folder of its own, built, with the libraries of the one it is a copy of. */
export class ProjectCopy {
  private constructor(
    readonly folder: string,
    private readonly from: string,
  ) {}

  static async make(from: string, folder: string): Promise<ProjectCopy> {
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    await cp(from, folder, {
      recursive: true,
      verbatimSymlinks: true,
      filter: (path) => !LEFT_OUT.has(path.slice(path.lastIndexOf('/') + 1)),
    });
    await symlink(join(from, 'node_modules'), join(folder, 'node_modules'));
    // The links of a workspace lead to its neighbours by relative paths, and so to those of the copy;
    // those to libraries lead to the node_modules linked above.
    for (const workspace of await linkedWorkspaces(from)) {
      const links = join(workspace, 'node_modules');
      await cp(join(from, links), join(folder, links), { recursive: true, verbatimSymlinks: true });
    }
    return new ProjectCopy(folder, from);
  }

  /** Takes a protection out and builds what that changes. */
  async apply(mutant: Mutant): Promise<void> {
    for (const edit of mutant.edits) {
      const { path, text } = edited(shippedSources(this.folder, edit.workspace), edit);
      await writeFile(join(this.folder, path), text);
    }
    for (const workspace of inBuildOrder(workspacesOf(mutant))) {
      const compiler = join(this.folder, 'node_modules/typescript/bin/tsc');
      const words = [compiler, '-p', 'tsconfig.build.json', ...LEFTOVERS_ALLOWED];
      const cwd = join(this.folder, workspace);
      const place = { cwd, env: process.env, limitMs: BUILD_MS_MAX };
      const built = await runProgram(process.execPath, words, place);
      if (built.code !== 0) throw new StaleMutant(`it does not compile:\n${built.output.trim()}`);
    }
  }

  /** Puts the sources and what was built of them back. */
  async restore(workspaces: readonly string[]): Promise<void> {
    for (const workspace of workspaces) {
      for (const part of ['src', 'dist', 'migrations']) {
        const path = join(workspace, part);
        await rm(join(this.folder, path), { recursive: true, force: true });
        await cp(join(this.from, path), join(this.folder, path), { recursive: true }).catch(
          (error: NodeJS.ErrnoException) => {
            if (error.code !== 'ENOENT') throw error;
          },
        );
      }
    }
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** Every workspace of the workspace that has libraries or neighbours linked. */
async function linkedWorkspaces(project: string): Promise<string[]> {
  const workspaces = ['e2e', 'bench', 'drill', 'tools'];
  for (const floor of FOLDERS) {
    for (const name of await readdir(join(project, floor))) workspaces.push(join(floor, name));
  }
  return workspaces;
}

function inBuildOrder(workspaces: readonly string[]): string[] {
  const place = (workspace: string): number => {
    const at = BUILD_ORDER.indexOf(relative('packages', workspace));
    return at === -1 ? BUILD_ORDER.length : at;
  };
  return [...workspaces].sort((a, b) => place(a) - place(b));
}
