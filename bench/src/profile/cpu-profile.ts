/** What V8 hands out (Profiler.stop of the inspector's protocol), as far as it is read here. */
export interface CpuProfile {
  nodes: readonly ProfileNode[];
  /** The node on top of the stack at each sample. */
  samples: readonly number[];
  /** Microseconds before each sample. */
  timeDeltas: readonly number[];
}

export interface ProfileNode {
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
  /** Each package's own time. */
  packages: Cost[];
  /** Functions by the time spent in themselves. */
  functions: Cost[];
  /** The project's functions by the time spent in them and in all that they call. */
  withCallees: Cost[];
}

const IDLE = '(idle)';

/** Sums a profile up, dearest first. */
export function summarize(profile: CpuProfile, project: string): ProfileSummary {
  const frames = new Map(profile.nodes.map((node) => [node.id, describeFrame(node, project)]));
  const selfMs = selfTimes(profile);
  const packages = new Map<string, number>();
  const functions = new Map<string, number>();
  let busyMs = 0;
  for (const [id, ms] of selfMs) {
    const frame = frames.get(id);
    if (!frame || frame.name === IDLE) continue;
    busyMs += ms;
    add(packages, frame.owner, ms);
    add(functions, frame.where, ms);
  }
  return {
    busyMs,
    packages: dearest(packages),
    functions: dearest(functions),
    withCallees: dearest(inclusiveTimes(profile, frames, selfMs)),
  };
}

function selfTimes({ samples, timeDeltas }: CpuProfile): Map<number, number> {
  const selfMs = new Map<number, number>();
  // A delta is the time before its sample; what a sample saw lasted until the next one.
  for (const [index, id] of samples.entries()) add(selfMs, id, (timeDeltas[index + 1] ?? 0) / 1000);
  return selfMs;
}

interface Frame {
  name: string;
  where: string;
  owner: string;
  ours: boolean;
}

function describeFrame({ callFrame }: ProfileNode, project: string): Frame {
  const { functionName, url, lineNumber } = callFrame;
  const name = functionName || '(anonymous)';
  if (url === '')
    return { name, where: name, owner: name.startsWith('(') ? name : 'V8', ours: false };
  const file = decodeURIComponent(url.replace(/^file:\/\//, '')).replace(project, '');
  const owner = ownerOf(file);
  const ours = !file.startsWith('node:') && !file.includes('node_modules/');
  return { name, where: `${name} ${shorten(file)}:${lineNumber + 1}`, owner, ours };
}

/** "node:net" → "Node.js", a file of a library → the library, one of ours → its room. */
function ownerOf(file: string): string {
  if (file.startsWith('node:')) return 'Node.js';
  const library = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1];
  return library ? `npm ${library}` : (/^(?:apps|packages)\/[^/]+/.exec(file)?.[0] ?? file);
}

/** A library's file needs no folders before the library's name. */
function shorten(file: string): string {
  return file.replace(/.*node_modules\//, '');
}

/** Recursion counts once: only where a function is not already on the stack. */
function inclusiveTimes(
  { nodes }: CpuProfile,
  frames: ReadonlyMap<number, Frame>,
  selfMs: ReadonlyMap<number, number>,
): Map<string, number> {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const totals = new Map<string, number>();
  const visit = (node: ProfileNode, onStack: ReadonlySet<string>): number => {
    const frame = frames.get(node.id) as Frame;
    const below = new Set(onStack).add(frame.where);
    let ms = selfMs.get(node.id) ?? 0;
    for (const child of node.children ?? []) ms += visit(byId.get(child) as ProfileNode, below);
    if (frame.ours && !onStack.has(frame.where)) add(totals, frame.where, ms);
    return ms;
  };
  if (nodes[0]) visit(nodes[0], new Set());
  return totals;
}

function add<Key>(sums: Map<Key, number>, key: Key, ms: number): void {
  sums.set(key, (sums.get(key) ?? 0) + ms);
}

function dearest(sums: ReadonlyMap<string, number>): Cost[] {
  return [...sums].map(([where, ms]) => ({ where, ms })).sort((one, other) => other.ms - one.ms);
}
