import { isUtf8 } from 'node:buffer';

/** Far more than any message of ours needs; what walks a value by recursion must survive it. */
const DEPTH_MAX = 32;
/** Of one object; lists may be long. What makes an object of thousands costs milliseconds. */
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
 * JSON from outside, as every room reads it. Refused, with the reason in words, is also what is JSON
 * and means trouble: bytes that are not UTF-8 (they would be read as other characters), a member
 * named twice (readers differ about which counts) or like one that every object has (`__proto__`,
 * `constructor`: validators take them for known, or pass them over), nesting past 32 levels, and an
 * object of more than 256 members; and more lists and objects than `nestedMax`, the value itself
 * included.
 */
export function readJson(bytes: Buffer, nestedMax = Number.POSITIVE_INFINITY): ReadJson {
  if (!isUtf8(bytes)) return { problem: 'it is not UTF-8' };
  const whole = bytes.toString();
  const text = whole.charCodeAt(0) === BYTE_ORDER_MARK ? whole.slice(1) : whole;
  const problem = troubleIn(text, nestedMax);
  if (problem !== undefined) return { problem };
  try {
    return { value: JSON.parse(text) };
  } catch {
    return { problem: 'it is not valid JSON' };
  }
}

/** The names seen in an object that is open, and whether the next string is one; null is a list. */
type Open = { names: Set<string> | undefined; awaitsName: boolean } | null;

/** One pass over text that need not be JSON: what is not is found by the parser afterwards. */
function troubleIn(text: string, nestedMax: number): string | undefined {
  const open: Open[] = [];
  let nested = 0;
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charCodeAt(at);
    if (character === QUOTE) {
      const end = endOfString(text, at);
      const inner = open.at(-1);
      if (inner?.awaitsName) {
        inner.names ??= new Set();
        const trouble = troubleWith(nameOf(text.slice(at, end + 1)), inner.names);
        if (trouble !== undefined) return trouble;
      }
      at = end;
    } else if (character === OPEN_OBJECT || character === OPEN_LIST) {
      nested += 1;
      if (nested > nestedMax) return `it holds more than ${nestedMax} lists and objects`;
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

/** Where the string ends that begins here; the end of the text when it never does. */
function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at += 1) {
    const character = text.charCodeAt(at);
    if (character === QUOTE) return at;
    if (character === BACKSLASH) at += 1;
  }
  return text.length;
}

function troubleWith(name: string, names: Set<string>): string | undefined {
  if (name in Object.prototype || name === 'prototype') return `a member must not be named ${name}`;
  if (names.has(name)) return `the member ${JSON.stringify(name.slice(0, 100))} is named twice`;
  if (names.size === MEMBERS_MAX) return `an object has more than ${MEMBERS_MAX} members`;
  names.add(name);
  return undefined;
}

/** As it is read: `"a"` and `"\u0061"` are one name. */
function nameOf(quoted: string): string {
  if (!quoted.includes('\\')) return quoted.slice(1, -1);
  try {
    return JSON.parse(quoted) as string;
  } catch {
    return quoted;
  }
}
