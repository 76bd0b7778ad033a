import { getMetadataStorage, ValidationTypes } from 'class-validator';
import type { ValidationArguments, ValidatorConstraintInterface } from 'class-validator';
import 'reflect-metadata';

export type DtoClass = new () => object;

/**
 * The message in class-validator's metadata: a text with tokens, or a function that makes the text.
 */
type Message = string | ((args: ValidationArguments) => string) | undefined;

export interface Rule {
  validator: ValidatorConstraintInterface;
  constraints: unknown[];
  message: Message;
}

export interface Field {
  name: string;
  /** The class name that class-validator passes to its rules. */
  targetName: string;
  /** The type rule comes first. The other rules say nothing about a value of another type. */
  rules: Rule[];
  /** The rules apply only if all of these conditions are true. */
  conditions: ((dto: object, value: unknown) => boolean)[];
  lines: CompiledSchema | undefined;
}

export interface CompiledSchema {
  dto: DtoClass;
  fields: ReadonlyMap<string, Field>;
}

/** The names of class-validator for its rules about types. */
const TYPE_RULES = new Set(['isString', 'isInt', 'isNumber', 'isBoolean', 'isArray', 'isObject']);

const LINES = Symbol('the class of the lines');

/** Records the class of the lines in a property, for the compiled schema. */
export function defineLines(target: object, property: string | symbol, line: () => DtoClass): void {
  Reflect.defineMetadata(LINES, line, target, property);
}

/** Reads the rules of a DTO class. Null when one of them is not supported. */
export function compileSchema(dto: DtoClass): CompiledSchema | null {
  const storage = getMetadataStorage();
  const fields = new Map<string, Field>();
  const typeRules = new Map<Field, Rule>();
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
        const { constraints, message, name: kind = '' } = rule;
        const compiled: Rule = { validator: constraint.instance, constraints, message };
        // Decorators run from the last to the first, so the last rule here is the first of the
        // source.
        if (TYPE_RULES.has(kind)) typeRules.set(field, compiled);
        else field.rules.unshift(compiled);
      }
    } else {
      return null;
    }
  }
  for (const [field, rule] of typeRules) field.rules.unshift(rule);
  return fields.size > 0 ? { dto, fields } : null;
}

function fieldOf(dto: DtoClass, name: string): Field | null {
  const line = Reflect.getMetadata(LINES, dto.prototype as object, name) as
    | (() => DtoClass)
    | undefined;
  const lines = line && compileSchema(line());
  return lines === null ? null : { name, targetName: dto.name, rules: [], conditions: [], lines };
}

export function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  return Object.getPrototypeOf(value) === Object.prototype;
}
