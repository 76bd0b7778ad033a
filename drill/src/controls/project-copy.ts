import { cp, mkdir, readdir, rm, symlink } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { runProgram } from './run-program.js';

/** Neither sources nor what was built of them. */
const LEFT_OUT = new Set(['.git', '.turbo', '.backstitch', 'node_modules']);
const ROOMS = ['packages', 'apps'];
const BUILD_MS_MAX = 180_000;
/** What only the protection used may stay behind. */
const LEFTOVERS_ALLOWED = ['--noUnusedLocals', 'false', '--noUnusedParameters', 'false'];
/** What is built must be built after what it is built on. */
const BUILD_ORDER = ['shared-types', 'coalesce', 'saga-engine', 'messaging', 'service-kit'];

/** The patch does not fit the source any more, or what it makes of it does not compile. */
export class StalePatch extends Error {}

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
    // The links of a room lead to its neighbours by relative paths, and so to those of the copy;
    // those to libraries lead to the node_modules linked above.
    for (const room of await roomsOf(from)) {
      const links = join(room, 'node_modules');
      await cp(join(from, links), join(folder, links), { recursive: true, verbatimSymlinks: true });
    }
    return new ProjectCopy(folder, from);
  }

  /** Takes a protection out and builds what that changes. */
  async apply(patchFile: string, rooms: readonly string[]): Promise<void> {
    const { code, output } = await this.run('git', ['apply', '--whitespace=nowarn', patchFile]);
    if (code !== 0) throw new StalePatch(`it does not apply:\n${output.trim()}`);
    for (const room of inBuildOrder(rooms)) {
      const compiler = join(this.folder, 'node_modules/typescript/bin/tsc');
      const words = [compiler, '-p', 'tsconfig.build.json', ...LEFTOVERS_ALLOWED];
      const built = await this.run(process.execPath, words, room);
      if (built.code !== 0) throw new StalePatch(`it does not compile:\n${built.output.trim()}`);
    }
  }

  /** Puts the sources and what was built of them back. */
  async restore(rooms: readonly string[]): Promise<void> {
    for (const room of rooms) {
      for (const part of ['src', 'dist', 'migrations']) {
        const path = join(room, part);
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

  private run(program: string, words: readonly string[], room = '.') {
    const cwd = join(this.folder, room);
    // A repository around the copy must not make git skip the files of the patch.
    const env = { ...process.env, GIT_CEILING_DIRECTORIES: join(this.folder, '..') };
    return runProgram(program, words, { cwd, env, limitMs: BUILD_MS_MAX });
  }
}

/** Every room of the workspace that has libraries or neighbours linked. */
async function roomsOf(project: string): Promise<string[]> {
  const rooms = ['e2e', 'bench', 'drill', 'tools'];
  for (const floor of ROOMS) {
    for (const name of await readdir(join(project, floor))) rooms.push(join(floor, name));
  }
  return rooms;
}

function inBuildOrder(rooms: readonly string[]): string[] {
  const place = (room: string): number => {
    const at = BUILD_ORDER.indexOf(relative('packages', room));
    return at === -1 ? BUILD_ORDER.length : at;
  };
  return [...rooms].sort((a, b) => place(a) - place(b));
}
