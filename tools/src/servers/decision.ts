import type { LoginAnswer } from './logins.js';

/** What can be asked about one server (PostgreSQL or RabbitMQ) on this machine; each costs time. */
export interface ServerProbes {
  /** Logs in at the configured address with the configured credentials. */
  login(): Promise<LoginAnswer>;
  /** Undefined when Docker Compose could start the server now, else why it cannot. */
  composeObstacle(): Promise<string | undefined>;
  /** Undefined when programs to start a private server with are there, else why not. */
  binariesObstacle(): Promise<string | undefined>;
  /** Undefined when the server's package can be installed from here, else why not. */
  installObstacle(): Promise<string | undefined>;
}

export interface ServerWish {
  /** "PostgreSQL", "RabbitMQ": for messages. */
  name: string;
  /** The variable that names an address of one's own. */
  variable: string;
  /** The address, without its password. */
  address: string;
  /** The variable is set: then it is that server or none. */
  addressGiven: boolean;
  /** Neither look for a running server nor ask Docker: tests want one of their own. */
  privateOnly: boolean;
}

export type Way = 'running' | 'compose' | 'private' | 'install';

export type Decision = { way: Way } | { way: 'impossible'; why: string };

/**
 * How to come by a server, cheapest and least intrusive first: the one that runs, Docker Compose,
 * programs on this machine, a package to install. Ways that failed are left out (and named
 * with their reason when nothing remains).
 */
export async function decide(
  wish: ServerWish,
  probes: ServerProbes,
  failed: ReadonlyMap<Way, string> = new Map(),
): Promise<Decision> {
  const obstacles: string[] = [...failed].map(([way, why]) => `${WORDS[way]}: ${why}`);
  if (!wish.privateOnly && !failed.has('running')) {
    const login = await probes.login();
    if (login.kind === 'welcome') return { way: 'running' };
    const why = login.kind === 'absent' ? 'no server answers there' : login.why;
    if (wish.addressGiven) return { way: 'impossible', why: givenButDeaf(wish, why) };
    obstacles.push(`a server at ${wish.address}: ${why}`);
  }
  for (const way of WAYS) {
    if (failed.has(way) || (way === 'compose' && wish.privateOnly)) continue;
    const obstacle = await probes[`${WAY_PROBES[way]}Obstacle`]();
    if (obstacle === undefined) return { way };
    obstacles.push(`${WORDS[way]}: ${obstacle}`);
  }
  return { way: 'impossible', why: nothingLeft(wish, obstacles) };
}

const WAYS = ['compose', 'private', 'install'] as const;
const WAY_PROBES = { compose: 'compose', private: 'binaries', install: 'install' } as const;

const WORDS: Record<Way, string> = {
  running: 'a running server',
  compose: 'Docker Compose',
  private: 'programs on this machine',
  install: 'installing it',
};

function givenButDeaf({ name, variable, address }: ServerWish, why: string): string {
  return (
    `${variable} names ${name} at ${address}, but logging in there fails: ${why}.\n` +
    `Start that server, correct ${variable}, or leave it out to let this command find or start one.`
  );
}

function nothingLeft({ name, variable }: ServerWish, obstacles: readonly string[]): string {
  return [
    `${name} is needed and cannot be had on this machine. What was tried:`,
    ...obstacles.map((obstacle) => `  - ${obstacle}`),
    `Any one of these helps: start Docker, install ${name}, or name a running one in ${variable}.`,
  ].join('\n');
}
