import { Transform, Type } from 'class-transformer';
import { ArrayMaxSize, ArrayMinSize, IsArray, ValidateNested } from 'class-validator';
import 'reflect-metadata';
import { defineLines } from './compiled-schema.js';

/** The maximum number of lines of an order, and of products in a cart. */
export const LINES_MAX = 100;
/** The maximum quantity of one product in one order, over all its lines. */
export const QUANTITY_MAX = 1000;

/** A list of 1 to 100 objects of one class. */
export function IsLines(lineClass: () => new () => object): PropertyDecorator {
  const decorators = [
    Transform(({ value }: { value: unknown }) => validatable(value)),
    Type(lineClass),
    IsArray(),
    ArrayMinSize(1, { message: '$property must contain at least one line' }),
    ArrayMaxSize(LINES_MAX, { message: `$property must contain at most ${LINES_MAX} lines` }),
    ValidateNested({ each: true }),
  ];
  return (target, property) => {
    decorators.forEach((decorate) => decorate(target, property));
    defineLines(target, property, lineClass);
  };
}

/**
 * Prepares lines for class-validator. It would accept an array within the array as a line, and it
 * would report every line of a million. So nested arrays become null, and one line above the limit
 * is enough.
 */
function validatable(lines: unknown): unknown {
  if (!Array.isArray(lines)) return lines;
  const checked: unknown[] = lines.slice(0, LINES_MAX + 1);
  return checked.map((line) => (Array.isArray(line) ? null : line));
}
