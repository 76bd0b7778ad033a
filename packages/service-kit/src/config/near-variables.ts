import leven from 'leven';

export interface NearVariable {
  variable: string;
  /** The one that it is probably meant to be. */
  like: string;
}

/** A short name has many neighbours that are words of their own: HOME is no misspelt HOST. */
const SHORT = 5;
const EDITS_MAX = 2;
/** Variables of one app that look like another one's: all apps may share one environment. */
const OF_OTHER_APPS = new Set(['ISSUERS']);

/**
 * The given names that no program knows and that look like one that is known: a letter or two too
 * many, missing or wrong; the same letters in another order, in another case or parted otherwise;
 * some of its words. Pure.
 */
export function nearVariables(
  given: readonly string[],
  known: readonly string[],
): readonly NearVariable[] {
  const exact = new Set(known);
  return given
    .filter((variable) => !exact.has(variable) && !OF_OTHER_APPS.has(variable))
    .flatMap((variable) => {
      const like = known.find((name) => isNear(variable, name));
      return like === undefined ? [] : [{ variable, like }];
    });
}

function isNear(variable: string, name: string): boolean {
  const [a, b] = [letters(variable), letters(name)];
  if (sorted(a) === sorted(b)) return true;
  const editsMax = Math.min(a.length, b.length) <= SHORT ? 1 : EDITS_MAX;
  if (Math.abs(a.length - b.length) <= editsMax && leven(a, b) <= editsMax) return true;
  return hasSomeWordsOf(variable, name);
}

/**
 * FAILURE_RATE and PAYMENT_FAILURE_RATE: two words at least, or every PORT would be a METRICS_PORT.
 */
function hasSomeWordsOf(variable: string, name: string): boolean {
  const words = variable.toUpperCase().split(/[^A-Z0-9]+/);
  const known = new Set(name.split('_'));
  return words.length >= 2 && words.every((word) => known.has(word));
}

function letters(name: string): string {
  return name.toUpperCase().replace(/[^A-Z0-9]/g, '');
}

function sorted(text: string): string {
  return text.split('').sort().join('');
}
