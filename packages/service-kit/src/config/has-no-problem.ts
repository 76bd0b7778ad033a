import { registerDecorator } from 'class-validator';
import 'reflect-metadata';

/**
 * Asks a pure function why a variable cannot be used: its answer follows the name of the variable.
 * Undefined is a good value. A variable that is not set, and has no default, is not asked about.
 */
export function HasNoProblem(
  problemOf: (value: string, settings: { isProduction: boolean }) => string | undefined,
): PropertyDecorator {
  const problemIn = (value: unknown, config: { NODE_ENV?: unknown } | undefined) => {
    const isProduction = config?.NODE_ENV === 'production';
    return typeof value === 'string' ? problemOf(value, { isProduction }) : undefined;
  };
  return (target, propertyName) =>
    registerDecorator({
      name: 'hasNoProblem',
      target: target.constructor,
      propertyName: String(propertyName),
      validator: {
        validate: (value: unknown, args) => problemIn(value, args?.object) === undefined,
        defaultMessage: (args) => `${args?.property} ${problemIn(args?.value, args?.object)}`,
      },
    });
}
