import { Transform } from 'class-transformer';
import { registerDecorator } from 'class-validator';
import 'reflect-metadata';

const INTEGER = /^-?\d{1,15}$/;
const DECIMAL = /^-?\d{1,15}(\.\d{1,15})?$/;

interface Range {
  min: number;
  max: number;
}

/**
 * A variable that holds a whole number; "1e3", "0x10" and " " are refused rather than guessed at.
 */
export function IsIntegerVariable(range: Range): PropertyDecorator {
  return numericVariable(INTEGER, 'an integer', range);
}

/** A variable that holds a plain decimal number. */
export function IsDecimalVariable(range: Range): PropertyDecorator {
  return numericVariable(DECIMAL, 'a number', range);
}

function numericVariable(form: RegExp, noun: string, { min, max }: Range): PropertyDecorator {
  const parse = Transform(({ value }: { value: unknown }) =>
    typeof value === 'string' && form.test(value) ? Number(value) : value,
  );
  return (target, propertyName) => {
    parse(target, propertyName);
    registerDecorator({
      name: 'isNumericVariable',
      target: target.constructor,
      propertyName: String(propertyName),
      validator: {
        validate: (value: unknown) => typeof value === 'number' && value >= min && value <= max,
        defaultMessage: (args) => `${args?.property} must be ${noun} from ${min} to ${max}`,
      },
    });
  };
}
