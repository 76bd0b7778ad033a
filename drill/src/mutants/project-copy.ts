import { existsSync } from 'node:fs';
import { cp, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runProgram, workspaceFolders } from '@backstitch/tools';
import { inBuildOrder } from './build-order.js';
import { edited, StaleMutant } from './edited.js';
import { type Mutant, workspacesOf } from './mutant.js';
import { shippedSources } from './sources.js';

/** Folders that are neither sources nor built from them. */
const LEFT_OUT = new Set(['.git', '.turbo', '.backstitch', 'node_modules']);
const BUILD_MS_MAX = 180_000;
/** A mutant may leave variables that only the removed protection used. */
const LEFTOVERS_ALLOWED = ['--noUnusedLocals', 'false', '--noUnusedParameters', 'false'];

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
    // Links to other workspaces are relative, so they lead to those of the copy. Links to libraries lead
    // to the node_modules linked above.
    for (const workspace of workspaceFolders(from)) {
      const links = join(workspace, 'node_modules');
      if (!existsSync(join(from, links))) continue;
      await cp(join(from, links), join(folder, links), { recursive: true, verbatimSymlinks: true });
    }
    return new ProjectCopy(folder, from);
  }

  /** Removes a protection and builds the workspaces that this changes. */
  async apply(mutant: Mutant): Promise<void> {
    for (const edit of mutant.edits) {
      const { path, text } = edited(shippedSources(this.folder, edit.workspace), edit);
      await writeFile(join(this.folder, path), text);
    }
    for (const workspace of inBuildOrder(this.folder, workspacesOf(mutant))) {
      const compiler = join(this.folder, 'node_modules/typescript/bin/tsc');
      const words = [compiler, '-p', 'tsconfig.build.json', ...LEFTOVERS_ALLOWED];
      const cwd = join(this.folder, workspace);
      const place = { cwd, env: process.env, limitMs: BUILD_MS_MAX };
      const built = await runProgram(process.execPath, words, place);
      if (built.code !== 0) throw new StaleMutant(`it does not compile:\n${built.output.trim()}`);
    }
  }

  /** Restores the sources of these workspaces and what is built from them. */
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
