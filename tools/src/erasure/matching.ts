import type { Replacement } from './person.js';

export interface TextColumn {
  /** Quoted where SQL demands it. */
  column: string;
  type: 'text' | 'json' | 'jsonb' | 'bytea';
}

export interface Matching {
  /** Whether a row has a name; its parameters are `finds`. */
  condition: string;
  /** The value without it, as text; its parameters are `all`. */
  expression: string;
  finds: string[];
  all: string[];
}

/**
 * SQL on one column: which rows name a person, and their value without the name. A binary value
 * becomes empty. Pure.
 */
export function matching(
  { column, type }: TextColumn,
  replacements: readonly Replacement[],
): Matching {
  const isText = type === 'text';
  const text = type === 'bytea' ? `encode(${column}, 'escape')` : `${column}::text`;
  const finds: string[] = [];
  const bys: string[] = [];
  const conditions: string[] = [];
  let expression = text;
  for (const [n, { find, by, where }] of replacements.entries()) {
    const [what, instead] = [`$${n + 1}::text`, `$${replacements.length + n + 1}::text`];
    if (where === 'whole' && isText) {
      conditions.push(`${column} = ${what}`);
      expression = `CASE WHEN ${column} = ${what} THEN ${instead} ELSE ${expression} END`;
      finds.push(find);
      bys.push(by);
    } else {
      // A whole value of JSON, also of JSON in bytes, is in quotation marks.
      const isQuoted = where === 'whole';
      conditions.push(`${text} ~ ${what}`);
      expression = `regexp_replace(${expression}, ${what}, ${instead}, 'g')`;
      finds.push(isQuoted ? literal(JSON.stringify(find)) : wordPattern(find));
      bys.push((isQuoted ? JSON.stringify(by) : by).replaceAll('\\', '\\\\'));
    }
  }
  const isEmptied = type === 'bytea';
  return {
    condition: `(${conditions.join(' OR ')})`,
    expression: isEmptied ? `''` : expression,
    finds,
    all: isEmptied ? finds : [...finds, ...bys],
  };
}

/** A regular expression of PostgreSQL that matches just this text. */
function literal(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}

/** Not a part of a longer id or address. */
function wordPattern(text: string): string {
  return `(?<![[:alnum:]._%+-])${literal(text)}(?![[:alnum:]_%+-]|\\.[[:alnum:]])`;
}
