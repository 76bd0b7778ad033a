import { isUtf8 } from 'node:buffer';

/** Far more than our messages need. Recursive code must be safe at this depth. */
const DEPTH_MAX = 32;
/**
 * The limit for one object; arrays may be longer. An object with thousands of members costs
 * milliseconds.
 */
const MEMBERS_MAX = 256;

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_LIST = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const BYTE_ORDER_MARK = 0xfeff;

export type ReadJson = { value: unknown } | { problem: string };

/**
 * Parses JSON from outside; every package uses it. It also refuses JSON that is valid but
 * dangerous, with the reason in words: bytes that are not UTF-8; a member that occurs twice,
 * because parsers differ in which one counts; a member name that every object has (`__proto__`,
 * `constructor`), because validators accept or ignore it; nesting deeper than 32 levels; an object
 * with more than 256 members; and more arrays and objects than `nestedMax`, including the value
 * itself.
 */
export function readJson(bytes: Buffer, nestedMax = Number.POSITIVE_INFINITY): ReadJson {
  if (!isUtf8(bytes)) return { problem: 'it is not UTF-8' };
  const whole = bytes.toString();
  const text = whole.charCodeAt(0) === BYTE_ORDER_MARK ? whole.slice(1) : whole;
  const problem = problemIn(text, nestedMax);
  if (problem !== undefined) return { problem };
  try {
    return { value: JSON.parse(text) };
  } catch {
    return { problem: 'it is not valid JSON' };
  }
}

/**
 * An open object: its names so far, and whether the next string is a name. Null is an open array.
 */
type Open = { names: Set<string> | undefined; awaitsName: boolean } | null;

/** One pass over text that may be invalid JSON. The parser reports invalid JSON later. */
function problemIn(text: string, nestedMax: number): string | undefined {
  const open: Open[] = [];
  let nested = 0;
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charCodeAt(at);
    if (character === QUOTE) {
      const end = endOfString(text, at);
      const inner = open.at(-1);
      if (inner?.awaitsName) {
        inner.names ??= new Set();
        const nameProblem = problemWith(nameOf(text.slice(at, end + 1)), inner.names);
        if (nameProblem !== undefined) return nameProblem;
      }
      at = end;
    } else if (character === OPEN_OBJECT || character === OPEN_LIST) {
      nested += 1;
      if (nested > nestedMax) return `it contains more than ${nestedMax} lists and objects`;
      if (open.length === DEPTH_MAX) return `it is nested deeper than ${DEPTH_MAX} levels`;
      open.push(character === OPEN_LIST ? null : { names: undefined, awaitsName: true });
    } else if (character === CLOSE_OBJECT || character === CLOSE_LIST) {
      open.pop();
    } else if (character === COMMA || character === COLON) {
      const inner = open.at(-1);
      if (inner) inner.awaitsName = character === COMMA;
    }
  }
  return undefined;
}

/** The end of the string that begins here; the end of the text when it has no end. */
function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at += 1) {
    const character = text.charCodeAt(at);
    if (character === QUOTE) return at;
    if (character === BACKSLASH) at += 1;
  }
  return text.length;
}

function problemWith(name: string, names: Set<string>): string | undefined {
  if (name in Object.prototype || name === 'prototype') return `a member must not be named ${name}`;
  if (names.has(name)) return `the member ${JSON.stringify(name.slice(0, 100))} is named twice`;
  if (names.size === MEMBERS_MAX) return `an object has more than ${MEMBERS_MAX} members`;
  names.add(name);
  return undefined;
}

/** The decoded name: `"a"` and `"\u0061"` are the same name. */
function nameOf(quoted: string): string {
  if (!quoted.includes('\\')) return quoted.slice(1, -1);
  try {
    return JSON.parse(quoted) as string;
  } catch {
    return quoted;
  }
}
