import { Writable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { gatherWrites } from './gather-writes.js';

type Chunks = { chunk: Buffer }[];

/** The writable side of a socket: `sent` has the data of each system call. */
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

describe('combined writes', () => {
  it('are one system call, in order, when they happen in one tick', async () => {
    const { stream, sent } = line();
    for (const text of ['a', 'b', 'c']) stream.write(text);
    expect(sent).toEqual([]);
    await turn();
    expect(sent).toEqual(['abc']);
  });

  it('are not delayed after their tick', async () => {
    const { stream, sent } = line();
    stream.write('a');
    await turn();
    stream.write('b');
    await turn();
    expect(sent).toEqual(['a', 'b']);
  });

  it('report a full buffer, and its drain event', async () => {
    const { stream, sent } = line();
    const drained = new Promise((resolve) => stream.once('drain', resolve));
    expect(stream.write('more than it holds')).toBe(false);
    await drained;
    expect(sent).toEqual(['more than it holds']);
  });

  it('are all written before the end of the stream', async () => {
    const { stream, sent } = line();
    stream.write('a');
    const finished = new Promise((resolve) => stream.once('finish', resolve));
    stream.end('z');
    await finished;
    expect(sent.join('')).toBe('az');
  });
});
