import * as fc from 'fast-check';
import { hostileName, hostileValue } from './hostile-values.js';

interface Mutation {
  /** Which place of the value, counted through and taken modulo their number. */
  place: number;
  kind: 'drop' | 'replace' | 'add' | 'twice' | 'rename' | 'wrap' | 'other-type' | 'swap';
  name: string;
  value: unknown;
}

const mutation: fc.Arbitrary<Mutation> = fc.record({
  place: fc.nat(1_000),
  kind: fc.constantFrom(
    ...(['drop', 'replace', 'add', 'twice', 'rename', 'wrap', 'other-type', 'swap'] as const),
  ),
  name: hostileName,
  value: hostileValue,
});

/** A valid value with none to three things wrong with it: near enough to be taken seriously. */
export function mutated<Value>(valid: fc.Arbitrary<Value>): fc.Arbitrary<unknown> {
  const mutations = fc.array(mutation, { maxLength: 3 });
  return fc.tuple(valid, mutations).map(([value, changes]) => {
    const root = { value: structuredClone(value) as unknown };
    for (const change of changes) apply(root, change);
    return root.value;
  });
}

type Container = Record<string, unknown> | unknown[];
type Place = readonly [container: Container, key: string];

function apply(root: { value: unknown }, { place, kind, name, value: given }: Mutation): void {
  // The generator hands out the same value many times.
  const value = structuredClone(given);
  const places = placesIn(root);
  const [container, key] = places[place % places.length]!;
  const here = read(container, key);
  switch (kind) {
    case 'drop':
      return drop(container, key);
    case 'replace':
      return write(container, key, value);
    case 'wrap':
      return write(container, key, [here]);
    case 'other-type':
      return write(container, key, otherType(here));
    case 'rename':
      drop(container, key);
      return write(container, Array.isArray(container) ? key : name, here);
    case 'add':
      return isContainer(here) && !Array.isArray(here)
        ? write(here, name, value)
        : write(container, key, value);
    case 'twice':
      if (Array.isArray(container)) container.push(structuredClone(here));
      return;
    case 'swap': {
      const [other, otherKey] = places[(place * 7 + 1) % places.length]!;
      // Copies, so that no value contains itself.
      write(container, key, structuredClone(read(other, otherKey)));
      return write(other, otherKey, structuredClone(here));
    }
  }
}

/** Every place that holds a value, the whole included. */
function placesIn(root: { value: unknown }): Place[] {
  const places: Place[] = [[root, 'value']];
  for (let at = 0; at < places.length && at < 500; at += 1) {
    const [container, key] = places[at]!;
    const value = read(container, key);
    if (isContainer(value)) for (const inner of Object.keys(value)) places.push([value, inner]);
  }
  return places;
}

function isContainer(value: unknown): value is Container {
  return typeof value === 'object' && value !== null;
}

function read(container: Container, key: string): unknown {
  return Object.getOwnPropertyDescriptor(container, key)?.value;
}

/** As an own member, `__proto__` too. */
function write(container: Container, key: string, value: unknown): void {
  const attributes = { value, writable: true, enumerable: true, configurable: true };
  Object.defineProperty(container, key, attributes);
}

function drop(container: Container, key: string): void {
  if (Array.isArray(container)) container.splice(Number(key), 1);
  else delete container[key];
}

function otherType(value: unknown): unknown {
  if (typeof value === 'string') return value.trim() === '' ? null : Number(value) || [value];
  if (typeof value === 'number') return String(value);
  if (Array.isArray(value)) return Object.fromEntries(Object.entries(value));
  return isContainer(value) ? Object.values(value) : String(value);
}
