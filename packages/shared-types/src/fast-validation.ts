import type { ValidationArguments } from 'class-validator';
import {
  type DtoClass,
  type Field,
  isPlainObject,
  type Judge,
  judgeOf,
} from './compiled-schema.js';

const judged = new WeakSet<object>();
const judges = new WeakMap<object, Judge | null>();

/**
 * For a DTO class whose good values are common: they are known at sight, by the rules of its own
 * decorators and a tenth of the work. It must not convert anything, but by `IsLines`.
 */
export function AtSight(): ClassDecorator {
  return (dto) => void judged.add(dto);
}

/**
 * What transforming and validating `value`, as it was read from JSON, would give. Undefined says
 * nothing: it may be good for all that; whoever reports what is wrong has the last word.
 */
export function soundAtSight<Dto extends object>(
  dto: new () => Dto,
  value: unknown,
): Dto | undefined {
  const judge = judgeFor(dto);
  return judge ? (soundBy(judge, value) as Dto | undefined) : undefined;
}

/** The rules of a class that was named for AtSight; null when not all of them are understood. */
export function judgeFor(dto: DtoClass): Judge | null {
  if (!judged.has(dto)) return null;
  let judge = judges.get(dto);
  if (judge === undefined) {
    judge = judgeOf(dto);
    judges.set(dto, judge);
  }
  return judge;
}

function soundBy({ dto, fields }: Judge, value: unknown): object | undefined {
  if (!isPlainObject(value)) return undefined;
  const made = new dto() as Record<string, unknown>;
  for (const name of Object.keys(value)) {
    const field = fields.get(name);
    if (!field) return undefined;
    const member = field.lines ? soundLines(field.lines, value[name]) : value[name];
    if (field.lines ? !member : typeof member === 'object' && member !== null) return undefined;
    made[name] = member;
  }
  for (const field of fields.values()) if (!keepsRules(field, made)) return undefined;
  return made;
}

function soundLines(line: Judge, value: unknown): object[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const lines: object[] = [];
  for (const each of value) {
    const sound = soundBy(line, each);
    if (!sound) return undefined;
    lines.push(sound);
  }
  return lines;
}

function keepsRules(field: Field, object: Record<string, unknown>): boolean {
  const { name: property, targetName, rules, conditions } = field;
  const value = object[property];
  for (const condition of conditions) if (!condition(object, value)) return true;
  for (const { validator, constraints } of rules) {
    const told: ValidationArguments = { value, constraints, targetName, object, property };
    if (validator.validate(value, told) !== true) return false;
  }
  return true;
}
