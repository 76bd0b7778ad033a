import { Transform, Type } from 'class-transformer';
import { ArrayMaxSize, ArrayMinSize, IsArray, ValidateNested } from 'class-validator';
import 'reflect-metadata';
import { linesOf } from './compiled-schema.js';

const LINES_MAX = 100;
/** Of one product in one order, however many lines name it. */
export const QUANTITY_MAX = 1000;

/** A list of 1 to 100 objects of one class. */
export function IsLines(lineClass: () => new () => object): PropertyDecorator {
  const decorators = [
    Transform(({ value }: { value: unknown }) => judgeable(value)),
    Type(lineClass),
    IsArray(),
    ArrayMinSize(1, { message: '$property must hold at least one line' }),
    ArrayMaxSize(LINES_MAX, { message: `$property must hold at most ${LINES_MAX} lines` }),
    ValidateNested({ each: true }),
  ];
  return (target, property) => {
    decorators.forEach((decorate) => decorate(target, property));
    linesOf(target, property, lineClass);
  };
}

/**
 * What the validators judge rightly. They take a list in the list for a line, whatever is in it; and
 * they judge each of a million lines, in as many sentences, although one too many is enough.
 */
function judgeable(lines: unknown): unknown {
  if (!Array.isArray(lines)) return lines;
  const judged: unknown[] = lines.slice(0, LINES_MAX + 1);
  return judged.map((line) => (Array.isArray(line) ? null : line));
}
