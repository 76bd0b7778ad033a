import type { MutantEdit } from './mutant.js';

/** The text that an edit replaces is not there any more, or is there twice. */
export class StaleMutant extends Error {}

/** A file of the source as it stands, or as an edit makes it. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/**
 * The one file that an edit changes, changed. Its place is found by the words of the text, however
 * they are broken into lines and in whichever file of the workspace they stand. Throws StaleMutant
 * unless they stand in one place. Pure.
 */
export function edited(files: readonly SourceFile[], edit: MutantEdit): SourceFile {
  const words = edit.insteadOf.trim().split(/\s+/).map(escaped);
  const places = files.flatMap(({ path, text }) =>
    [...text.matchAll(new RegExp(words.join('\\s+'), 'g'))].map(({ 0: found, index }) => {
      return { path, text, from: index, to: index + found.length };
    }),
  );
  const [place] = places;
  if (places.length === 1 && place) {
    const { path, text, from, to } = place;
    return { path, text: text.slice(0, from) + edit.stands.trim() + text.slice(to) };
  }
  const where = places.length === 0 ? 'nowhere' : places.map(({ path }) => path).join(' and ');
  throw new StaleMutant(`in ${edit.workspace} this stands ${where}:\n${edit.insteadOf}`);
}

function escaped(word: string): string {
  return word.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
