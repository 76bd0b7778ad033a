/** What docs/errors.md says of a code. */
export interface ErrorExplanation {
  code: string;
  happened: string;
  /** What to do; of what only the queues see, nothing. */
  advice: string | undefined;
}

/** | <a id="code"></a>`CODE` | status or kind | what happened | what to do | */
const ROW = /^\| <a id="\w+"><\/a>`([A-Z_]+)` \| [^|]* \| ([^|]*) \|(?: ([^|]*) \|)?$/gm;

/** The rows of the tables of docs/errors.md, by code. Pure. */
export function errorExplanations(page: string): Map<string, ErrorExplanation> {
  const rows = [...page.matchAll(ROW)].map(([, code = '', happened = '', advice]) => ({
    code,
    happened,
    advice,
  }));
  return new Map(rows.map((row) => [row.code, row]));
}
