import { type FieldProblem, soundAtSight } from '@backstitch/shared-types';
import { ValidationPipe, type ArgumentMetadata, type PipeTransform } from '@nestjs/common';
import { isUUID, type ValidationError } from 'class-validator';
import { validationProblem } from './problem.js';

/** Enough to put a request right; a body of unknown properties alone would be answered tenfold. */
const PROBLEMS_MAX = 100;
/** Of a name that the caller chose. */
const NAME_MAX = 100;

/**
 * The pipe for DTO classes: unknown properties are refused, nothing is converted that the class
 * does not convert itself. What is wrong is thrown as whatever `problem` makes of it.
 */
export function validationPipe(problem: (errors: FieldProblem[]) => Error): ValidationPipe {
  return new DtoPipe({
    whitelist: true,
    forbidNonWhitelisted: true,
    transform: true,
    exceptionFactory: (errors) => problem(fieldProblems(errors).slice(0, PROBLEMS_MAX)),
  });
}

/** What is good needs no report: only the rest is put through class-validator's. */
class DtoPipe extends ValidationPipe {
  override transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    const { metatype, type } = metadata;
    const sound = type === 'body' && metatype && soundAtSight<object>(metatype, value);
    return sound ? Promise.resolve(sound) : super.transform(value, metadata);
  }
}

/** For HTTP bodies: 400 VALIDATION_FAILED with `errors: [{ field: 'items.0.quantity', message }]`. */
export function httpValidationPipe(): ValidationPipe {
  return validationPipe(validationProblem);
}

/** class-validator's tree as a list of dotted fields, one entry per broken rule. Pure. */
export function fieldProblems(errors: readonly ValidationError[], parent = ''): FieldProblem[] {
  return errors.flatMap(({ property, constraints = {}, children = [] }) => {
    const name = (property ?? 'body').slice(0, NAME_MAX);
    const field = parent + name;
    const own = Object.entries(constraints).map(([rule, message]) => ({
      field,
      message: rule === 'whitelistValidation' ? `${name} is not a known property` : message,
    }));
    return [...own, ...fieldProblems(children, `${field}.`)];
  });
}

/** A path parameter that must be a UUID, in lower case afterwards: `@Param('id', new UuidParam('id'))` */
export class UuidParam implements PipeTransform<string, string> {
  constructor(private readonly field: string) {}

  transform(value: string, _metadata?: ArgumentMetadata): string {
    if (isUUID(value, 'loose')) return value.toLowerCase();
    throw validationProblem([{ field: this.field, message: `${this.field} must be a UUID` }]);
  }
}
