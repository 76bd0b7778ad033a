import { describe, expect, it } from '@jest/globals';
import { LineSplitter } from './line-splitter.js';

describe('LineSplitter', () => {
  it('never tears a line, however it arrives', () => {
    const lines: string[] = [];
    const splitter = new LineSplitter((line) => lines.push(line));
    for (const piece of ['one\ntw', 'o\n', 'thr', 'ee']) splitter.push(piece);
    expect(lines).toEqual(['one', 'two']);
    splitter.end();
    splitter.end();
    expect(lines).toEqual(['one', 'two', 'three']);
  });
});
