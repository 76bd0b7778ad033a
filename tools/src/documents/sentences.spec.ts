import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { projectRoot } from '../servers/project.js';
import { sentencesOf } from './sentences.js';

const WORDS_AVERAGE_MAX = 20;
const WORDS_MAX = 45;

const pagesIn = (folder: string): string[] =>
  readdirSync(join(projectRoot(), folder))
    .filter((name) => name.endsWith('.md') && name !== 'CHANGELOG.md')
    .map((name) => join(folder, name));

describe('the sentences of a page', () => {
  it('are counted without code blocks and headings, and inline code is one word', () => {
    const page = [
      '# A heading of the page',
      '',
      'Run `pnpm bench --help` first. Then',
      'read [the long page](x.md#y).',
      '',
      '```sh',
      'this is not counted at all',
      '```',
      '',
      '- One item of a list.',
      '| a | the cell of a table |',
    ].join('\n');
    expect(sentencesOf(page).map(({ text, words }) => [words, text])).toEqual([
      [5, 'Then read the long page.'],
      [5, 'One item of a list.'],
      [5, 'the cell of a table'],
    ]);
  });
});

describe.each([...pagesIn('.'), ...pagesIn('docs'), ...pagesIn('docs/adr')])('%s', (path) => {
  const sentences = sentencesOf(readFileSync(join(projectRoot(), path), 'utf8'));

  it('has short sentences on average', () => {
    const words = sentences.reduce((sum, sentence) => sum + sentence.words, 0);
    expect(words / sentences.length).toBeLessThanOrEqual(WORDS_AVERAGE_MAX);
  });

  it('has no sentence that is too long', () => {
    expect(sentences.filter(({ words }) => words > WORDS_MAX).map(({ text }) => text)).toEqual([]);
  });
});
