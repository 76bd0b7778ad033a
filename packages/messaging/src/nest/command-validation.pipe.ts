import { type ArgumentMetadata, Injectable, ValidationPipe } from '@nestjs/common';
import { type FieldProblem, validateFast } from '@backstitch/shared-types';
import { MalformedCommand } from '../connection/errors.js';

/** The part of the reports of class-validator that is used here. */
interface Report {
  property: string;
  constraints?: Record<string, string>;
  children?: Report[];
}

/** A limit that keeps the answer and the log line small. */
const PROBLEMS_MAX = 100;

/**
 * Validates the data of commands by their DTO. Unknown fields are dropped, not refused, because
 * senders of the next version may add some. Throws MalformedCommand.
 */
@Injectable()
export class CommandValidationPipe extends ValidationPipe {
  constructor() {
    super({
      transform: true,
      whitelist: true,
      exceptionFactory: (reports) => malformed(fieldProblems(reports).slice(0, PROBLEMS_MAX)),
    });
  }

  override async transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    const { metatype, type } = metadata;
    // A valid value needs no report.
    const valid = type === 'body' && metatype && validateFast<object>(metatype, value);
    if (valid) return valid;
    // class-validator accepts an array as a valid object of any class; `unknown` has no class.
    const isOfClass = metatype && metatype !== Array && metatype !== Object;
    if (type === 'body' && Array.isArray(value) && isOfClass) {
      throw malformed([{ field: 'data', message: 'data must be an object' }]);
    }
    return super.transform(value, metadata);
  }
}

export function commandValidationPipe(): CommandValidationPipe {
  return new CommandValidationPipe();
}

function malformed(problems: readonly FieldProblem[]): MalformedCommand {
  return new MalformedCommand(problems.map(({ message }) => message).join('; '), problems);
}

function fieldProblems(reports: readonly Report[], path = ''): FieldProblem[] {
  return reports.flatMap((report) => {
    const field = path === '' ? report.property : `${path}.${report.property}`;
    const own = Object.values(report.constraints ?? {}).map((message) => ({ field, message }));
    return [...own, ...fieldProblems(report.children ?? [], field)];
  });
}
