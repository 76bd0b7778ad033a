/** How values are stored as JSON, and which values cannot be. Pure. */

/**
 * Deeper nesting is refused: readers and writers of JSON use recursion, and their stack is bounded.
 */
export const JSON_DEPTH_MAX = 500;
/** Longer JSON text is refused: a saga's row is read and written at every step. */
export const JSON_LENGTH_MAX = 1_000_000;

/** What jsonb refuses: NUL, and (as JSON.stringify writes them) halves of surrogate pairs. */
const UNSTORABLE = /(?<!\\)((?:\\\\)*)\\u(?:0000|d[89a-f][0-9a-f]{2})/g;

/** A value that no JSON column can store; the message says why. */
export class UnstorableValue extends Error {
  /** PostgreSQL's code for text that is no value of its type. */
  readonly code = '22P02';

  constructor(why: string, cause?: unknown) {
    super(why, { cause });
    this.name = 'UnstorableValue';
  }
}

/**
 * JSON text that jsonb takes, whatever a participant put into its answer; what JSON has no word for
 * (undefined, a function) is null. Throws UnstorableValue for what cannot be written at all: a
 * BigInt, a cycle, a toJSON that throws, too much nesting, too much text.
 */
export function storableJson(value: unknown): string {
  const json = jsonText(value) ?? 'null';
  if (json.length > JSON_LENGTH_MAX) {
    throw new UnstorableValue(`its JSON has ${json.length} characters, over ${JSON_LENGTH_MAX}`);
  }
  if (json.length > 2 * JSON_DEPTH_MAX && isTooDeep(json)) {
    throw new UnstorableValue(`its JSON is nested more than ${JSON_DEPTH_MAX} deep`);
  }
  return json.includes('\\u') ? json.replace(UNSTORABLE, '$1\\ufffd') : json;
}

/** The value as it is read back from a JSON column: a copy. Throws as storableJson does. */
export function storedCopy(value: unknown): unknown {
  return isPlainJson(value) ? plainCopy(value) : throughText(value);
}

/** The same without a copy of what is plain JSON already: for values that are not kept. */
export function storable(value: unknown): unknown {
  return isPlainJson(value) ? value : throughText(value);
}

function throughText(value: unknown): unknown {
  return JSON.parse(storableJson(value));
}

/** The same copy for much less work, of what was seen to be plain. */
function plainCopy(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(plainCopy);
  const copy: Record<string, unknown> = {};
  for (const name in value) copy[name] = plainCopy((value as Record<string, unknown>)[name]);
  return copy;
}

function isPlainJson(value: unknown): boolean {
  return isPlain(value, JSON_DEPTH_MAX, { left: PLAIN_SIZE_MAX });
}

/** Whether two values are stored as the same JSON, whatever the order of their members. */
export function isSameJson(one: unknown, other: unknown): boolean {
  return canonicalJson(one) === canonicalJson(other);
}

/** JSON text whose members are in one order. Throws as storableJson does. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(inOrder(storedCopy(value), byName));
}

/** A JSON value with the members of its objects in the order given. */
export function inOrder(value: unknown, order: (a: string, b: string) => number): unknown {
  if (Array.isArray(value)) return value.map((item) => inOrder(item, order));
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).sort(([a], [b]) => order(a, b));
  return Object.fromEntries(members.map(([name, member]) => [name, inOrder(member, order)]));
}

function byName(a: string, b: string): number {
  return a < b ? -1 : 1;
}

function jsonText(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch (error) {
    throw new UnstorableValue(`it cannot be written as JSON: ${reasonOf(error)}`, error);
  }
}

/** What was thrown need not be an error, nor have a readable message. */
export function reasonOf(error: unknown): string {
  try {
    const told: unknown = error instanceof Error ? error.message : error;
    return String(told);
  } catch {
    return 'something without a readable message was thrown';
  }
}

function isTooDeep(json: string): boolean {
  let depth = 0;
  for (let at = 0; at < json.length; at++) {
    const char = json[at];
    if (char === '"') at = endOfString(json, at);
    else if (char === '[' || char === '{') depth++;
    else if (char === ']' || char === '}') depth--;
    if (depth > JSON_DEPTH_MAX) return true;
  }
  return false;
}

function endOfString(json: string, from: number): number {
  let at = from + 1;
  while (json[at] !== '"') at += json[at] === '\\' ? 2 : 1;
  return at;
}

/** Up to this size a value is checked member by member; a larger one is written and read back. */
const PLAIN_SIZE_MAX = 20_000;
const ODD_TEXT = /[\0\p{Cs}]/u;

/** True for what JSON keeps as it is; takes the size of what it has checked from `budget`. */
function isPlain(value: unknown, depthLeft: number, budget: { left: number }): boolean {
  budget.left -= 1;
  switch (typeof value) {
    case 'string':
      budget.left -= value.length;
      return budget.left >= 0 && !ODD_TEXT.test(value);
    case 'number':
      return Number.isFinite(value) && !Object.is(value, -0);
    case 'boolean':
      return true;
    case 'object':
      return value === null || (depthLeft > 0 && arePlain(value, depthLeft - 1, budget));
    default:
      return false;
  }
}

function arePlain(value: object, depthLeft: number, budget: { left: number }): boolean {
  if ('toJSON' in value) return false;
  if (Array.isArray(value)) {
    if (value.length > budget.left) return false;
    for (let at = 0; at < value.length; at++) {
      if (!isPlain(value[at], depthLeft, budget)) return false;
    }
    return true;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return false;
  for (const name in value) {
    const member = (value as Record<string, unknown>)[name];
    if (name === '__proto__' || !isPlain(name, 1, budget) || !isPlain(member, depthLeft, budget))
      return false;
  }
  return true;
}
