import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** How likely it is that the real thing meets what is caught: the first is worth most. */
export const CATCHER_KINDS = ['simulation', 'sweep', 'drill', 'integration', 'pure'] as const;
export type CatcherKind = (typeof CATCHER_KINDS)[number];

/** Something that must fail when the protection is gone. */
export interface Catcher {
  readonly kind: CatcherKind;
  /** What to run: a path of tests or, for a drill, its faults; see catchers.ts. */
  readonly what: string;
}

/** A protection, and the patch that takes it out of the shipped source. */
export interface Control {
  readonly name: string;
  readonly file: string;
  readonly protection: string;
  /** The sentence of the protocol that promises it. */
  readonly rule: string;
  readonly catchers: readonly Catcher[];
  /** The rooms whose source the patch changes, as folders of the project. */
  readonly rooms: readonly string[];
}

/** What stands before the diff of a patch; `git apply` reads over it. */
const FIELD = /^(Protection|Rule|Catcher): (.*(?:\n {2,}.*)*)/gm;
const CHANGED = /^\+\+\+ b\/((?:apps|packages)\/[^/]+)\//gm;

/** Every control of a folder, by name. Throws naming what is wrong with a patch's header. */
export function readControls(folder: string): Control[] {
  const files = readdirSync(folder).filter((name) => name.endsWith('.patch'));
  return files.sort().map((name) => {
    const file = join(folder, name);
    return controlFrom(readFileSync(file, 'utf8'), name.replace('.patch', ''), file);
  });
}

/** Reads one patch with its header. */
export function controlFrom(text: string, name: string, file: string): Control {
  const begin = text.search(/^(diff --git|--- a\/)/m);
  if (begin === -1) throw new Error(`${file} holds no diff`);
  const fields = [...text.slice(0, begin).matchAll(FIELD)].map(([, field, value]) => {
    return { field, value: value!.replace(/\s+/g, ' ').trim() };
  });
  const one = (wanted: string): string => {
    const found = fields.filter(({ field }) => field === wanted);
    if (found.length === 1) return found[0]!.value;
    throw new Error(`${file} needs one line "${wanted}: …" before its diff`);
  };
  const catchers = fields
    .filter(({ field }) => field === 'Catcher')
    .map(({ value }) => catcherFrom(value, file));
  if (catchers.length === 0) throw new Error(`${file} names no "Catcher: …"`);
  const order = ({ kind }: Catcher) => CATCHER_KINDS.indexOf(kind);
  return {
    name,
    file,
    protection: one('Protection'),
    rule: one('Rule'),
    catchers: catchers.sort((a, b) => order(a) - order(b)),
    rooms: [...new Set([...text.slice(begin).matchAll(CHANGED)].map(([, room]) => room!))],
  };
}

function catcherFrom(value: string, file: string): Catcher {
  const [kind = '', ...rest] = value.split(' ');
  const known = CATCHER_KINDS.find((one) => one === kind);
  if (known && rest.length > 0) return { kind: known, what: rest.join(' ') };
  throw new Error(`${file}: "Catcher: ${value}" is none of ${CATCHER_KINDS.join(', ')}, with what`);
}
