import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, readlink, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { type Exit, ManagedProcess } from '@backstitch/launcher';
import { waitFor } from '@backstitch/testkit';
import { projectRoot } from '@backstitch/tools';

const run = promisify(execFile);

/**
 * The project as a new user gets it: its tracked files in a folder, nothing built. Its path
 * ends with the name, if one is given.
 */
export async function copyProject(name = ''): Promise<string> {
  const folder = join(await mkdtemp(join(tmpdir(), 'backstitch-copy-')), name);
  const listing = ['ls-files', '-z', '--cached', '--others', '--exclude-standard'];
  const { stdout } = await run('git', listing, { cwd: projectRoot(), maxBuffer: 1 << 26 });
  for (const file of stdout.split('\0').filter((name) => name !== '')) {
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await cp(join(projectRoot(), file), join(folder, file));
  }
  return folder;
}

export async function removeProject(folder: string): Promise<void> {
  const made = /^.*\/backstitch-copy-[^/]+/.exec(folder);
  await rm(made?.[0] ?? folder, { recursive: true, force: true });
}

/** A command of the documents that goes on running, as a user sees it in a terminal. */
export class Terminal {
  output = '';
  readonly ended: Promise<Exit>;
  private readonly process: ManagedProcess;

  constructor(command: string, cwd: string, env: Record<string, string | undefined>) {
    this.process = new ManagedProcess({
      name: command,
      program: 'bash',
      parameters: ['-c', `exec ${command}`],
      cwd,
      env: { ...process.env, PATH: `${process.env['PATH']}:${startedIn(cwd)}`, ...env },
      output: { onLine: (line) => (this.output += `${line}\n`) },
      detached: true,
    });
    this.process.start();
    this.ended = this.process.ended;
  }

  /** What Ctrl-C does: SIGINT to everything in the foreground. */
  ctrlC(): Promise<Exit> {
    process.kill(-this.process.pid, 'SIGINT');
    return this.ended;
  }

  /** Waits for the terminal to show something; fails at once when the command ends before. */
  async shows(pattern: RegExp, timeoutMs: number): Promise<RegExpMatchArray> {
    return waitFor(
      `the terminal to show ${pattern}`,
      () => {
        const match = this.output.match(pattern);
        if (!match && !this.process.running) throw new Error('it has ended');
        return match ?? undefined;
      },
      { timeoutMs, everyMs: 100 },
    ).catch((error: unknown) => {
      throw new Error(`${String(error)}\n${this.output.slice(-4_000)}`, { cause: error });
    });
  }
}

/** A folder that is not there, in the PATH of all that a terminal starts: servers inherit it too. */
const startedIn = (folder: string): string => join(folder, '.started-here');

/** All processes that were started from the given folder or run in it: the apps and their servers. */
export async function processesOf(folder: string): Promise<string[]> {
  const found: string[] = [];
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const read = (file: string) => readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '');
    const commandLine = (await read('cmdline')).replaceAll('\0', ' ').trim();
    const cwd = await readlink(`/proc/${pid}/cwd`).catch(() => '');
    const isStartedThere = (await read('environ')).includes(startedIn(folder));
    const runsThere = `${cwd}/`.startsWith(`${folder}/`) || commandLine.includes(folder);
    if (isStartedThere || runsThere) found.push(`${pid} ${commandLine}`);
  }
  return found;
}
