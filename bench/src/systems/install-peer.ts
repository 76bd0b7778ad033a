import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { runCommand } from '@backstitch/tools';
import { CannotMeasure } from '../errors.js';
import { benchFolder, PEERS } from '../servers/bench-folder.js';

interface Peer {
  /** Its folder among the peers. */
  name: string;
  /** Folders whose files it shares with other peers. */
  beside?: readonly string[];
  build?: readonly [program: string, ...parameters: string[]];
  say: (line: string) => void;
}

/**
 * A peer is a project of its own, with its own versions of the libraries, so it is installed outside the
 * workspace. Done again only when its files change. Returns the folder it is installed in.
 */
export async function installPeer({ name, beside = [], build, say }: Peer): Promise<string> {
  const sources = [name, ...beside].map((folder) => join(PEERS, folder));
  const home = benchFolder(name);
  const stamp = join(home, '.installed');
  const wanted = fingerprint(sources);
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return home;
  say(`${name}: installing (npm install); only the first time`);
  rmSync(home, { recursive: true, force: true });
  for (const source of sources) cpSync(source, home, { recursive: true });
  await run(name, home, ['npm', 'install', '--no-audit', '--no-fund', '--loglevel=error']);
  if (build) await run(name, home, build);
  writeFileSync(stamp, wanted);
  return home;
}

async function run(
  peer: string,
  cwd: string,
  [program, ...parameters]: readonly [program: string, ...parameters: string[]],
): Promise<void> {
  const { code, output } = await runCommand(program, parameters, { cwd });
  if (code === 0) return;
  throw new CannotMeasure(
    `The peer "${peer}" could not be installed (its first installation needs a network; --only backstitch ` +
      `measures without it).\n${[program, ...parameters].join(' ')} ended with code ${code}\n${output}`,
  );
}

function fingerprint(folders: readonly string[]): string {
  const hash = createHash('sha256').update(process.versions.modules);
  for (const folder of folders) {
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
    for (const file of files) {
      const path = join(folder, file);
      if (statSync(path).isFile()) hash.update(file).update(readFileSync(path));
    }
  }
  return hash.digest('hex');
}

/** "name 1.2.3, …": the installed versions that a peer's figures depend on. */
export function installedVersions(home: string, names: readonly string[]): string {
  return names
    .map((name) => {
      const file = join(home, 'node_modules', name, 'package.json');
      return `${name} ${JSON.parse(readFileSync(file, 'utf8')).version}`;
    })
    .join(', ');
}
