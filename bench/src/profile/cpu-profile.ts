/** What V8 hands out (Profiler.stop of the inspector's protocol), as far as it is read here. */
export interface CpuProfile {
  nodes: readonly ProfileNode[];
  /** The node on top of the stack at each sample. */
  samples: readonly number[];
  /** Microseconds before each sample. */
  timeDeltas: readonly number[];
}

interface ProfileNode {
  id: number;
  callFrame: { functionName: string; url: string; lineNumber: number };
  children?: readonly number[];
}

export interface Cost {
  /** "claim packages/coalesce/dist/coalescer.js:41", or the package that the code belongs to. */
  where: string;
  ms: number;
}

export interface ProfileSummary {
  /** Everything but waiting. */
  busyMs: number;
  /** Each package's own time, and that of Node.js and of native code on its behalf. */
  packages: Cost[];
  /** Functions by the time spent in themselves. */
  functions: Cost[];
  /** The project's functions by the time spent in them and in all that they call. */
  withCallees: Cost[];
}

const IDLE = '(idle)';
/** Node.js's own work that no package asked for just then: reading sockets, mostly. */
const UNOWNED = 'Node.js';
const OWN_ACCOUNT = new Map(
  ['(garbage collector)', '(program)'].map((name): [string, string] => [name, name]),
);

/** Sums a profile up, dearest first. `project` is the folder that names are shortened by. */
export function summarize(profile: CpuProfile, project: string): ProfileSummary {
  const frames = new Map(profile.nodes.map((node) => [node.id, describeFrame(node, project)]));
  const selfMs = selfTimes(profile);
  const sums = { packages: new Sums(), functions: new Sums(), withCallees: new Sums() };
  const byId = new Map(profile.nodes.map((node) => [node.id, node]));
  let busyMs = 0;
  /** Returns the time of the node and of all below it. */
  const visit = (node: ProfileNode, onStack: ReadonlySet<string>, payer: string): number => {
    const frame = frames.get(node.id) as Frame;
    if (frame.name === IDLE) return 0;
    const ownMs = selfMs.get(node.id) ?? 0;
    const pays = frame.owner ?? payer;
    busyMs += ownMs;
    sums.packages.add(pays, ownMs);
    sums.functions.add(frame.where, ownMs);
    const below = new Set(onStack).add(frame.where);
    let ms = ownMs;
    for (const id of node.children ?? []) ms += visit(byId.get(id) as ProfileNode, below, pays);
    // Recursion counts once: only where a function is not on the stack already.
    if (frame.ours && !onStack.has(frame.where)) sums.withCallees.add(frame.where, ms);
    return ms;
  };
  if (profile.nodes[0]) visit(profile.nodes[0], new Set(), UNOWNED);
  return {
    busyMs,
    packages: sums.packages.dearest(),
    functions: sums.functions.dearest(),
    withCallees: sums.withCallees.dearest(),
  };
}

class Sums {
  private readonly ms = new Map<string, number>();

  add(where: string, ms: number): void {
    this.ms.set(where, (this.ms.get(where) ?? 0) + ms);
  }

  dearest(): Cost[] {
    const costs = [...this.ms].map(([where, ms]) => ({ where, ms }));
    return costs.filter(({ ms }) => ms > 0).sort((one, other) => other.ms - one.ms);
  }
}

function selfTimes({ samples, timeDeltas }: CpuProfile): Map<number, number> {
  const selfMs = new Map<number, number>();
  for (const [index, id] of samples.entries()) {
    // A delta is the time before its sample; what a sample saw lasted until the next one.
    const ms = (timeDeltas[index + 1] ?? 0) / 1000;
    selfMs.set(id, (selfMs.get(id) ?? 0) + ms);
  }
  return selfMs;
}

interface Frame {
  name: string;
  where: string;
  /** The package that is charged; undefined for code that works on behalf of its caller. */
  owner: string | undefined;
  ours: boolean;
}

function describeFrame({ callFrame }: ProfileNode, project: string): Frame {
  const { functionName, url, lineNumber } = callFrame;
  const name = functionName || '(anonymous)';
  const onBehalf = url === '' || url.startsWith('node:') || url.startsWith('wasm:');
  const file = decodeURIComponent(url.replace(/^file:\/\//, '')).replace(project, '');
  return {
    name,
    where: url === '' ? name : `${name} ${shorten(file)}:${lineNumber + 1}`,
    owner: onBehalf ? OWN_ACCOUNT.get(name) : ownerOf(file),
    ours: !onBehalf && !file.includes('node_modules/'),
  };
}

/** A file of a library belongs to the library, one of ours to its workspace. */
function ownerOf(file: string): string {
  const library = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1];
  return library ? `npm ${library}` : (/^(?:apps|packages)\/[^/]+/.exec(file)?.[0] ?? file);
}

/** A library's file needs no folders before the library's name. */
function shorten(file: string): string {
  return file.replace(/.*node_modules\//, '');
}
