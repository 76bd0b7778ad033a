import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** How likely it is that the real thing meets what is killed: the first is worth most. */
export const KILLER_KINDS = ['simulation', 'sweep', 'drill', 'integration', 'pure'] as const;
export type KillerKind = (typeof KILLER_KINDS)[number];

/** Something that must fail when the protection is gone. */
export interface Killer {
  readonly kind: KillerKind;
  /** What to run: tests as `workspace:name` or, for a drill, its faults; see killers.ts. */
  readonly what: string;
}

/** One place of a workspace's shipped source, found by its text wherever it stands. */
export interface MutantEdit {
  /** A folder of the project: packages/saga-engine. */
  readonly workspace: string;
  readonly insteadOf: string;
  readonly stands: string;
}

/** A protection, and what takes it out of the shipped source. */
export interface Mutant {
  readonly name: string;
  readonly protection: string;
  /** The rule of docs/protocol.md that promises it: R12. */
  readonly rule: string;
  readonly killers: readonly Killer[];
  readonly edits: readonly MutantEdit[];
}

const FIELD = /^(Protection|Rule|Killed by): (.*(?:\n {2,}.*)*)/gm;
const EDIT =
  /^=== ((?:apps|packages)\/\S+), instead of\n([^]*?)\n=== stands\n([^]*?)\n(?=\n===|$)/gm;

/** Every mutant of a folder, by name. Throws naming what is wrong with a file. */
export function readMutants(folder: string): Mutant[] {
  const files = readdirSync(folder).filter((name) => name.endsWith('.mutant'));
  return files.sort().map((name) => {
    const file = join(folder, name);
    return mutantFrom(readFileSync(file, 'utf8'), name.replace('.mutant', ''));
  });
}

/** Reads one mutant: its fields, then its edits. */
export function mutantFrom(text: string, name: string): Mutant {
  const begin = text.search(/^===/m);
  if (begin === -1) throw new Error(`${name} holds no edit`);
  const fields = [...text.slice(0, begin).matchAll(FIELD)].map(([, field, value]) => {
    return { field, value: value!.replace(/\s+/g, ' ').trim() };
  });
  const one = (wanted: string): string => {
    const found = fields.filter(({ field }) => field === wanted);
    if (found.length === 1) return found[0]!.value;
    throw new Error(`${name} needs one line "${wanted}: …" before its edits`);
  };
  const killers = fields
    .filter(({ field }) => field === 'Killed by')
    .map(({ value }) => killerFrom(value, name));
  if (killers.length === 0) throw new Error(`${name} names no "Killed by: …"`);
  const order = ({ kind }: Killer) => KILLER_KINDS.indexOf(kind);
  return {
    name,
    protection: one('Protection'),
    rule: one('Rule'),
    killers: killers.sort((a, b) => order(a) - order(b)),
    edits: editsOf(text.slice(begin), name),
  };
}

/** The workspaces whose source a mutant changes. */
export function workspacesOf({ edits }: Mutant): string[] {
  return [...new Set(edits.map(({ workspace }) => workspace))];
}

function editsOf(text: string, name: string): MutantEdit[] {
  const edits = [...text.matchAll(EDIT)].map(([, workspace, insteadOf, stands]) => {
    return { workspace: workspace!, insteadOf: insteadOf!, stands: stands! };
  });
  const begun = text.match(/^=== .*instead of$/gm)?.length ?? 0;
  if (edits.length === begun && begun > 0) return edits;
  throw new Error(`${name}: an edit is "=== packages/x, instead of", text, "=== stands", text`);
}

function killerFrom(value: string, name: string): Killer {
  const [kind = '', ...rest] = value.split(' ');
  const known = KILLER_KINDS.find((one) => one === kind);
  if (known && rest.length > 0) return { kind: known, what: rest.join(' ') };
  throw new Error(
    `${name}: "Killed by: ${value}" is none of ${KILLER_KINDS.join(', ')}, with what`,
  );
}
