import { Writable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { createLoggerTo } from '../logger.js';
import { KeptLines } from './kept-lines.js';
import { lineFilter, type LineFilter } from './line-filter.js';

const ALL: LineFilter = { contains: [], level: undefined, text: undefined };
const MB = 1_048_576;

function logging(bytesMax = MB) {
  const kept = new KeptLines();
  kept.keep(bytesMax);
  const stream = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      kept.add(Buffer.from(chunk));
      done();
    },
  });
  return { kept, logger: createLoggerTo(stream, 'an-app', 'trace') };
}
const found = async (kept: KeptLines, query: Record<string, unknown>, limit = 100) => {
  const { lines } = await kept.search(lineFilter(query)!, limit);
  return lines.map((line) => (JSON.parse(line) as { msg: string }).msg);
};

describe('kept log lines', () => {
  it('are found by the ids that they have, oldest first', async () => {
    const { kept, logger } = logging();
    logger.info({ sagaId: 'a', orderId: 'x' }, 'one');
    logger.info({ sagaId: 'b', requestId: 'r' }, 'two');
    logger.info({ sagaId: 'a', requestId: 'r' }, 'three');
    expect(await found(kept, { sagaId: 'a' })).toEqual(['one', 'three']);
    expect(await found(kept, { orderId: 'x' })).toEqual(['one']);
    expect(await found(kept, { sagaId: 'a', requestId: 'r' })).toEqual(['three']);
    expect(await found(kept, { sagaId: 'c' })).toEqual([]);
    expect(await found(kept, { sagaId: 'a","orderId":"x' })).toEqual([]);
  });

  it('are found by their level or a heavier one, and by their text in any case', async () => {
    const { kept, logger } = logging();
    logger.debug('quiet');
    logger.warn({ why: 'level":"error' }, 'The bank is away');
    logger.error('It broke');
    expect(await found(kept, { level: 'warn' })).toEqual(['The bank is away', 'It broke']);
    expect(await found(kept, { level: 'error' })).toEqual(['It broke']);
    expect(await found(kept, { q: 'the BANK' })).toEqual(['The bank is away']);
  });

  it('are the newest ones when there are more than asked for, which is said', async () => {
    const { kept, logger } = logging();
    for (const nth of [1, 2, 3]) logger.info(`line ${nth}`);
    expect(await found(kept, {}, 2)).toEqual(['line 2', 'line 3']);
    expect(await kept.search(ALL, 2)).toMatchObject({ isCut: true });
    expect(await kept.search(ALL, 3)).toMatchObject({ isCut: false });
  });

  it('are forgotten from the oldest on, and say since when they are kept', async () => {
    const { kept, logger } = logging(10_000);
    for (let nth = 0; nth < 1_000; nth += 1) logger.info({ nth }, 'x');
    const { lines, keptSince } = await kept.search(ALL, 2_000);
    expect(lines.join('\n').length).toBeLessThanOrEqual(11_000);
    const [first] = lines.map((line) => JSON.parse(line) as { nth: number; time: string });
    expect(first!.nth).toBeGreaterThan(900);
    expect(keptSince).toBe(first!.time);
  });

  it('are none until it is asked to keep some', async () => {
    const kept = new KeptLines();
    kept.add(Buffer.from('{"level":"info"}\n'));
    expect(await kept.search(ALL, 10)).toEqual({ lines: [], isCut: false, keptSince: null });
  });

  it.each([{ sagaId: ['a', 'b'] }, { level: 'loud' }, { q: ['x'] }])(
    'are not searched for %j',
    (query) => {
      expect(lineFilter(query)).toBeUndefined();
    },
  );
});
