export interface Sentence {
  readonly text: string;
  readonly words: number;
}

const CODE_BLOCK = /^ *```[^]*?^ *```/gm;
/** Paragraphs, list items, table rows and headings begin a new block. */
const BLOCK_END = /\n\s*\n|\n(?=\s*(?:[-*]|\d+\.)\s)|\n(?=\s*\|)|\n(?=#)/;
const SENTENCE_END = /(?<=[.!?:;])\s+(?=[A-Z"([])/;
/** Shorter texts are table cells and labels, not sentences. */
const WORDS_MIN = 4;

/** The sentences of a Markdown page, without headings and code blocks. Pure. */
export function sentencesOf(page: string): Sentence[] {
  return page
    .replace(CODE_BLOCK, '')
    .split(BLOCK_END)
    .flatMap((block) => partsOf(block.trim()))
    .flatMap((part) => plainText(part).split(SENTENCE_END))
    .map((text) => ({ text, words: text.match(/[\p{L}\p{N}][\p{L}\p{N}'’-]*/gu)?.length ?? 0 }))
    .filter(({ words }) => words >= WORDS_MIN);
}

function partsOf(block: string): string[] {
  if (block.startsWith('#')) return [];
  if (block.startsWith('|')) return block.split('|');
  return [block.replace(/^(?:[-*]|\d+\.)\s+/, '')];
}

/** Inline code counts as one word, and a link as its text. */
function plainText(markdown: string): string {
  return markdown
    .replace(/`[^`]*`/g, 'Code')
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/[*_]/g, '')
    .replace(/\s+/g, ' ')
    .trim();
}
