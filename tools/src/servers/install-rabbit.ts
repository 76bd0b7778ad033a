import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { runCommand } from './run-command.js';

const POLICY_FILE = '/usr/sbin/policy-rc.d';
const OURS = '# Put here by Backstitch while it installs rabbitmq-server; may be removed.';

/** What decides whether a package can be installed from here. */
export interface InstallFacts {
  osRelease: string;
  hasAptGet: boolean;
  isRoot: boolean;
}

export function installFacts(): InstallFacts {
  const releaseFile = '/etc/os-release';
  return {
    osRelease: existsSync(releaseFile) ? readFileSync(releaseFile, 'utf8') : '',
    hasAptGet: existsSync('/usr/bin/apt-get'),
    isRoot: process.getuid?.() === 0,
  };
}

/** A package of Debian and Ubuntu, and where to get the program elsewhere. */
export interface DebianPackage {
  name: string;
  elsewhere: string;
}

const RABBIT: DebianPackage = {
  name: 'rabbitmq-server',
  elsewhere: 'https://www.rabbitmq.com/docs/download',
};

/** Why a package [RabbitMQ] cannot be installed from here; undefined when it can. */
export function installObstacle(
  { osRelease, hasAptGet, isRoot }: InstallFacts,
  { name, elsewhere }: DebianPackage = RABBIT,
): string | undefined {
  const family = osRelease
    .split('\n')
    .filter((line) => /^ID(_LIKE)?=/.test(line))
    .join(' ');
  if (!/\b(debian|ubuntu)\b/.test(family) || !hasAptGet) {
    return `only done on Debian and Ubuntu (elsewhere: ${elsewhere})`;
  }
  if (!isRoot) {
    return `needs root; run \`sudo apt-get install --no-install-recommends ${name}\` once`;
  }
  return undefined;
}

/** Installs the distribution's RabbitMQ without letting it start a broker of its own. */
export async function installRabbit(onOutput: (text: string) => void): Promise<void> {
  const allowStart = forbidServiceStart();
  try {
    await installPackage(RABBIT.name, onOutput);
  } finally {
    allowStart();
  }
}

export async function installPackage(name: string, onOutput: (text: string) => void) {
  await aptGet(['update'], onOutput);
  await aptGet(['install', '-y', '--no-install-recommends', name], onOutput);
}

async function aptGet(parameters: readonly string[], onOutput: (text: string) => void) {
  const { code, output } = await runCommand('apt-get', parameters, {
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    onOutput,
  });
  if (code === 0) return;
  const end = output.trim().split('\n').slice(-5).join('\n');
  throw new Error(`\`apt-get ${parameters.join(' ')}\` failed. Is there a network?\n${end}`);
}

/** Debian starts what it installs unless this file says no. Returns what takes the no back. */
function forbidServiceStart(): () => void {
  const isOurs = existsSync(POLICY_FILE) && readFileSync(POLICY_FILE, 'utf8').includes(OURS);
  if (existsSync(POLICY_FILE) && !isOurs) return () => undefined;
  writeFileSync(POLICY_FILE, `#!/bin/sh\n${OURS}\nexit 101\n`, { mode: 0o755 });
  const remove = () => rmSync(POLICY_FILE, { force: true });
  process.once('exit', remove); // Ctrl-C while it installs
  return () => {
    remove();
    process.off('exit', remove);
  };
}
