import type { ValidationArguments } from 'class-validator';
import { compiledSchemaOf } from './fast-validation.js';
import type { FieldProblem } from './checkout-lines.js';
import {
  type DtoClass,
  type Field,
  isPlainObject,
  type CompiledSchema,
  type Rule,
} from './compiled-schema.js';

/** Enough to correct a request. */
const PROBLEMS_MAX = 100;
/** The maximum length of a name that the caller chose. */
const NAME_MAX = 100;

/**
 * The problems of a value that was read from JSON, by the rules of a class with FastValidation: one
 * sentence for each field, at most a hundred. The cost is bounded for every value. At most one
 * unknown member is reported, and then the members of its object are not checked. Lines are checked
 * only if their number is allowed. Empty when there is no problem; undefined for a class whose
 * rules are not supported. Pure.
 */
export function bodyProblems(dto: DtoClass, value: unknown): FieldProblem[] | undefined {
  const schema = compiledSchemaOf(dto);
  if (!schema) return undefined;
  const problems: FieldProblem[] = [];
  report(schema, value, '', problems);
  return problems;
}

function report(
  schema: CompiledSchema,
  value: unknown,
  path: string,
  problems: FieldProblem[],
): void {
  if (problems.length >= PROBLEMS_MAX) return;
  if (!isPlainObject(value)) {
    const field = path || 'body';
    problems.push({ field, message: `${field} must be an object` });
    return;
  }
  const prefix = path && `${path}.`;
  const unknown = Object.keys(value).find((name) => !schema.fields.has(name));
  if (unknown !== undefined) {
    const name = unknown.slice(0, NAME_MAX);
    problems.push({ field: prefix + name, message: `${name} is not a known property` });
    return;
  }
  for (const field of schema.fields.values()) {
    const message = brokenRule(field, value);
    const name = prefix + field.name;
    if (message !== undefined) {
      if (problems.length < PROBLEMS_MAX) problems.push({ field: name, message });
    } else if (field.lines && Array.isArray(value[field.name])) {
      const lines = value[field.name] as unknown[];
      for (const [index, line] of lines.entries()) {
        report(field.lines, line, `${name}.${index}`, problems);
      }
    }
  }
}

/** The message of the first rule that the field violates; undefined when it satisfies all. */
function brokenRule(field: Field, object: Record<string, unknown>): string | undefined {
  const { name: property, targetName, rules, conditions } = field;
  const value = object[property];
  if (!conditions.every((condition) => condition(object, value))) return undefined;
  for (const rule of rules) {
    const { validator, constraints } = rule;
    const args: ValidationArguments = { value, constraints, targetName, object, property };
    if (validator.validate(value, args) !== true) return messageOf(rule, args);
  }
  return undefined;
}

/**
 * The message of class-validator with its tokens replaced. None of our messages contains the value.
 */
function messageOf({ validator, message }: Rule, args: ValidationArguments): string {
  const { property, constraints } = args;
  const given = message ?? validator.defaultMessage?.(args) ?? `${property} is not valid`;
  const text = typeof given === 'string' ? given : given(args);
  return text
    .replaceAll(/\$constraint(\d)/g, (_, n: string) => String(constraints[Number(n) - 1]))
    .replaceAll('$property', () => property);
}
