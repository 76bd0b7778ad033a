import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';

/**
 * Reads the words of a command, also behind the "--" of a package runner. Throws a CommanderError after
 * it said what is wrong, or for --help.
 */
export function parseWords(command: Command, words: readonly string[]): Command {
  return command
    .exitOverride()
    .allowExcessArguments(false)
    .parse(
      words.filter((word) => word !== '--'),
      { from: 'user' },
    );
}

/** Takes a whole number from 1 to a maximum. */
export function wholeNumber(max = 99_999_999): (text: string) => number {
  return (text) => {
    const number = Number(text);
    if (/^\d+$/.test(text) && number > 0 && number <= max) return number;
    throw new InvalidArgumentError(`It must be a whole number from 1 to ${max}.`);
  };
}

/** Takes a file to write, as seen from where the command was typed, which a package runner left. */
export function fileToWrite(text: string): string {
  const path = resolve(process.env.INIT_CWD ?? '.', text);
  if (existsSync(dirname(path))) return path;
  throw new InvalidArgumentError(`There is no folder ${dirname(path)}.`);
}
