import { bodyProblems, type FieldProblem, validateFast } from '@backstitch/shared-types';
import { ValidationPipe, type ArgumentMetadata, type PipeTransform } from '@nestjs/common';
import { getMetadataStorage, isUUID, type ValidationError } from 'class-validator';
import { Problem, validationProblem } from './problem.js';

/** Enough to put a request right. */
const PROBLEMS_MAX = 100;
/** Of a name that the caller chose. */
const NAME_MAX = 100;

/** class-validator's rules about types: where one is broken the others say nothing. */
const TYPE_RULES = ['isString', 'isInt', 'isNumber', 'isBoolean', 'isArray', 'isObject'];

type Problems = (errors: FieldProblem[]) => Error;

/**
 * The pipe for DTO classes: unknown properties are refused, nothing is converted that the class
 * does not convert itself. What is wrong is thrown as whatever `problem` makes of it, one sentence
 * a field; what is no JSON object at all as whatever `noObject` makes of it.
 */
export function validationPipe(
  problem: Problems,
  noObject: () => Error = () => problem([{ field: 'body', message: 'body must be an object' }]),
): ValidationPipe {
  return new DtoPipe(problem, noObject);
}

/**
 * A hostile value must not cost more than a good one. A class with a compiled schema (FastValidation) is
 * validated fast. class-validator makes an object of each member and a tree of each problem: it
 * gets only the bodies of other classes, and none with an unknown member.
 */
class DtoPipe extends ValidationPipe {
  constructor(
    private readonly problem: Problems,
    private readonly noObject: () => Error,
  ) {
    super({
      whitelist: true,
      forbidNonWhitelisted: true,
      transform: true,
      exceptionFactory: (errors) => problem(fieldProblems(errors).slice(0, PROBLEMS_MAX)),
    });
  }

  override transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    const { metatype, type } = metadata;
    if (type !== 'body' || !metatype) return super.transform(value, metadata);
    const valid = validateFast<object>(metatype, value);
    if (valid) return Promise.resolve(valid);
    const known = knownMembers(metatype);
    if (known.size === 0) return super.transform(value, metadata);
    if (!isObject(value)) return Promise.reject(this.noObject());
    const problems = bodyProblems(metatype, value) ?? unknownMember(known, value);
    if (problems.length > 0) return Promise.reject(this.problem(problems));
    return super.transform(value, metadata);
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Those that a class has rules for; none of a class that is no DTO. */
function knownMembers(metatype: new () => object): Set<string> {
  const rules = getMetadataStorage().getTargetValidationMetadatas(metatype, '', false, false);
  return new Set(rules.map(({ propertyName }) => propertyName));
}

function unknownMember(known: ReadonlySet<string>, value: object): FieldProblem[] {
  const unknown = Object.keys(value).find((name) => !known.has(name));
  if (unknown === undefined) return [];
  const field = unknown.slice(0, NAME_MAX);
  return [{ field, message: `${field} is not a known property` }];
}

/**
 * For HTTP bodies: 400 VALIDATION_FAILED with `errors: [{ field: 'items.0.quantity', message }]`.
 */
export function httpValidationPipe(): ValidationPipe {
  return validationPipe(
    validationProblem,
    () => new Problem('MALFORMED_BODY', 'The body must be a JSON object'),
  );
}

/** class-validator's tree as a list of dotted fields, one sentence a field. Pure. */
export function fieldProblems(errors: readonly ValidationError[], parent = ''): FieldProblem[] {
  return errors.flatMap(({ property, constraints, children = [] }) => {
    const name = (property ?? 'body').slice(0, NAME_MAX);
    const field = parent + name;
    const own = constraints && { field, message: sentenceOf(name, constraints) };
    return [...(own ? [own] : []), ...fieldProblems(children, `${field}.`)];
  });
}

function sentenceOf(name: string, constraints: Readonly<Record<string, string>>): string {
  if ('whitelistValidation' in constraints) return `${name} is not a known property`;
  const typeRule = TYPE_RULES.find((rule) => rule in constraints);
  return typeRule === undefined ? Object.values(constraints)[0]! : constraints[typeRule]!;
}

/**
 * A path parameter that must be a UUID, in lower case afterwards: `@Param('id', new
 * UuidParam('id'))`
 */
export class UuidParam implements PipeTransform<string, string> {
  constructor(private readonly field: string) {}

  transform(value: string, _metadata?: ArgumentMetadata): string {
    if (isUUID(value, 'loose')) return value.toLowerCase();
    throw validationProblem([{ field: this.field, message: `${this.field} must be a UUID` }]);
  }
}
