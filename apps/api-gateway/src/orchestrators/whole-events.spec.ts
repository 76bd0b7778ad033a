import { describe, expect, it } from '@jest/globals';
import { saysItEnds, wholeEvents } from './whole-events.js';

async function* pieces(...texts: string[]): AsyncGenerator<Buffer> {
  for (const text of texts) yield await Promise.resolve(Buffer.from(text));
}

async function passed(...texts: string[]): Promise<string[]> {
  const all: string[] = [];
  for await (const events of wholeEvents(pieces(...texts))) all.push(events.toString());
  return all;
}

describe('a stream that is passed on', () => {
  // R158
  it('is cut only between two events, and a last half of one is left out', async () => {
    const got = await passed('retry: 1\n\nevent: ro', 'w\ndata: "é', '"\n', '\nevent: saga\nda');
    expect(got).toEqual(['retry: 1\n\n', 'event: row\ndata: "é"\n\n']);
  });

  it('says that it ends by an event, not by its data', () => {
    expect(saysItEnds(Buffer.from('event: end\ndata: {}\n\n'))).toBe(true);
    expect(saysItEnds(Buffer.from('id: 1\nevent: bye\ndata: {}\n\n'))).toBe(true);
    expect(saysItEnds(Buffer.from('event: row\ndata: "event: end"\n\n'))).toBe(false);
  });
});
