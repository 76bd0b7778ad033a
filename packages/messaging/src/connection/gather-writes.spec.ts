import { Writable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { gatherWrites } from './gather-writes.js';

type Chunks = { chunk: Buffer }[];

/** A socket's writing side: `sent` holds what left in one system call. */
function line() {
  const sent: string[] = [];
  const stream = new Writable({
    highWaterMark: 8,
    write: (chunk: Buffer, _encoding, done) => {
      sent.push(String(chunk));
      done();
    },
    writev: (chunks: Chunks, done) => {
      sent.push(chunks.map(({ chunk }) => String(chunk)).join(''));
      done();
    },
  });
  gatherWrites(stream);
  return { stream, sent };
}

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

describe('gathered writes', () => {
  it('leave together, in order, when they were written in one tick', async () => {
    const { stream, sent } = line();
    for (const text of ['a', 'b', 'c']) stream.write(text);
    expect(sent).toEqual([]);
    await turn();
    expect(sent).toEqual(['abc']);
  });

  it('leave at once, tick by tick', async () => {
    const { stream, sent } = line();
    stream.write('a');
    await turn();
    stream.write('b');
    await turn();
    expect(sent).toEqual(['a', 'b']);
  });

  it('say that the line is full, and when it has drained', async () => {
    const { stream, sent } = line();
    const drained = new Promise((resolve) => stream.once('drain', resolve));
    expect(stream.write('more than it holds')).toBe(false);
    await drained;
    expect(sent).toEqual(['more than it holds']);
  });

  it('all leave before the end', async () => {
    const { stream, sent } = line();
    stream.write('a');
    const finished = new Promise((resolve) => stream.once('finish', resolve));
    stream.end('z');
    await finished;
    expect(sent.join('')).toBe('az');
  });
});
