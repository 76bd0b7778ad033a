import type { ValidationArguments } from 'class-validator';
import { judgeFor } from './fast-validation.js';
import type { FieldProblem } from './checkout-lines.js';
import {
  type DtoClass,
  type Field,
  isPlainObject,
  type Judge,
  type Rule,
} from './compiled-schema.js';

/** Enough to put a request right. */
const PROBLEMS_MAX = 100;
/** Of a name that the caller chose. */
const NAME_MAX = 100;

/**
 * What is wrong with a value that was read from JSON, by the rules of an AtSight class: one sentence
 * a field, at most a hundred. Its cost is bounded whatever the value is: one unknown member is
 * reported and its object is not looked into, and lines are judged only if their number is allowed.
 * Empty when nothing is wrong; undefined for a class whose rules are not understood here. Pure.
 */
export function bodyProblems(dto: DtoClass, value: unknown): FieldProblem[] | undefined {
  const judge = judgeFor(dto);
  if (!judge) return undefined;
  const problems: FieldProblem[] = [];
  report(judge, value, '', problems);
  return problems;
}

function report(judge: Judge, value: unknown, path: string, problems: FieldProblem[]): void {
  if (problems.length >= PROBLEMS_MAX) return;
  if (!isPlainObject(value)) {
    const field = path || 'body';
    problems.push({ field, message: `${field} must be an object` });
    return;
  }
  const prefix = path && `${path}.`;
  const unknown = Object.keys(value).find((name) => !judge.fields.has(name));
  if (unknown !== undefined) {
    const name = unknown.slice(0, NAME_MAX);
    problems.push({ field: prefix + name, message: `${name} is not a known property` });
    return;
  }
  for (const field of judge.fields.values()) {
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

/** The sentence of the first rule that the field breaks; undefined when it keeps them all. */
function brokenRule(field: Field, object: Record<string, unknown>): string | undefined {
  const { name: property, targetName, rules, conditions } = field;
  const value = object[property];
  if (!conditions.every((condition) => condition(object, value))) return undefined;
  for (const rule of rules) {
    const { validator, constraints } = rule;
    const told: ValidationArguments = { value, constraints, targetName, object, property };
    if (validator.validate(value, told) !== true) return sentenceOf(rule, told);
  }
  return undefined;
}

/** class-validator's messages, with its tokens replaced; none of ours names the value. */
function sentenceOf({ validator, message }: Rule, told: ValidationArguments): string {
  const { property, constraints } = told;
  const given = message ?? validator.defaultMessage?.(told) ?? `${property} is not valid`;
  const text = typeof given === 'string' ? given : given(told);
  return text
    .replaceAll(/\$constraint(\d)/g, (_, n: string) => String(constraints[Number(n) - 1]))
    .replaceAll('$property', () => property);
}
