import { getMetadataStorage, ValidationTypes } from 'class-validator';
import type { ValidationArguments, ValidatorConstraintInterface } from 'class-validator';
import 'reflect-metadata';

type DtoClass = new () => object;
type Members = Record<string, unknown>;

interface Rule {
  validator: ValidatorConstraintInterface;
  constraints: unknown[];
}

interface Field {
  name: string;
  /** As class-validator tells its rules where they are asked. */
  targetName: string;
  rules: Rule[];
  /** The rules count only where all of these hold. */
  conditions: ((dto: object, value: unknown) => boolean)[];
  lines: Judge | undefined;
}

interface Judge {
  dto: DtoClass;
  fields: ReadonlyMap<string, Field>;
}

const LINES = Symbol('the class of the lines');
const judged = new WeakSet<object>();
const judges = new WeakMap<object, Judge | null>();

/**
 * For a DTO class whose good values are common: they are known at sight, by the rules of its own
 * decorators and a tenth of the work. It must not convert anything, but by `IsLines`.
 */
export function AtSight(): ClassDecorator {
  return (dto) => void judged.add(dto);
}

/** Tells AtSight of what class the lines in a property are. */
export function linesOf(target: object, property: string | symbol, line: () => DtoClass): void {
  Reflect.defineMetadata(LINES, line, target, property);
}

/**
 * What transforming and validating `value`, as it was read from JSON, would give. Undefined says
 * nothing: it may be good for all that; whoever reports what is wrong has the last word.
 */
export function soundAtSight<Dto extends object>(
  dto: new () => Dto,
  value: unknown,
): Dto | undefined {
  if (!judged.has(dto)) return undefined;
  let judge = judges.get(dto);
  if (judge === undefined) {
    judge = judgeOf(dto);
    judges.set(dto, judge);
  }
  return judge ? (soundBy(judge, value) as Dto | undefined) : undefined;
}

function soundBy({ dto, fields }: Judge, value: unknown): object | undefined {
  if (!isPlain(value)) return undefined;
  const made = new dto() as Members;
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

function keepsRules(field: Field, object: Members): boolean {
  const { name: property, targetName, rules, conditions } = field;
  const value = object[property];
  for (const condition of conditions) if (!condition(object, value)) return true;
  for (const { validator, constraints } of rules) {
    const told: ValidationArguments = { value, constraints, targetName, object, property };
    if (validator.validate(value, told) !== true) return false;
  }
  return true;
}

function isPlain(value: unknown): value is Members {
  if (typeof value !== 'object' || value === null) return false;
  return Object.getPrototypeOf(value) === Object.prototype;
}

/** Null when a rule is of a kind that is not understood here. */
function judgeOf(dto: DtoClass): Judge | null {
  const storage = getMetadataStorage();
  const fields = new Map<string, Field>();
  for (const rule of storage.getTargetValidationMetadatas(dto, '', false, false)) {
    const name = rule.propertyName;
    const field = fields.get(name) ?? fieldOf(dto, name);
    if (!field) return null;
    fields.set(name, field);
    if (rule.validateIf || (rule.groups?.length ?? 0) > 0) return null;
    if (rule.type === ValidationTypes.NESTED_VALIDATION) {
      if (!field.lines) return null;
    } else if (rule.type === ValidationTypes.CONDITIONAL_VALIDATION) {
      field.conditions.push(rule.constraints[0] as Field['conditions'][number]);
    } else if (rule.type === ValidationTypes.CUSTOM_VALIDATION && !rule.each) {
      for (const constraint of storage.getTargetValidatorConstraints(rule.constraintCls)) {
        if (constraint.async) return null;
        field.rules.push({ validator: constraint.instance, constraints: rule.constraints });
      }
    } else {
      return null;
    }
  }
  return fields.size > 0 ? { dto, fields } : null;
}

function fieldOf(dto: DtoClass, name: string): Field | null {
  const line = Reflect.getMetadata(LINES, dto.prototype as object, name) as
    | (() => DtoClass)
    | undefined;
  const lines = line && judgeOf(line());
  return lines === null ? null : { name, targetName: dto.name, rules: [], conditions: [], lines };
}
