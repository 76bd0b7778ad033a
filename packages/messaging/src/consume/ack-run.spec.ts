import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { AckRun } from './ack-run.js';

function run(delivered: number, ...finished: number[]): AckRun {
  const acks = new AckRun();
  for (let tag = 1; tag <= delivered; tag += 1) acks.delivered(tag);
  finished.forEach((tag) => acks.finished(tag));
  return acks;
}

describe('a run of acknowledgements', () => {
  //  finished            one for all up to   by themselves
  it.each([
    [[1, 2, 3], 3, []],
    [[3, 1, 2], 3, []],
    [[2, 3], undefined, [2, 3]],
    [[1, 2, 4], 2, [4]],
    [[1], 1, []],
    [[], undefined, []],
  ])('of %j is one acknowledgement up to %p and single ones for %j', (finished, upTo, singles) => {
    expect(run(5, ...finished).take()).toEqual({ upTo, singles });
  });

  it('continues after deliveries that were acknowledged singly', () => {
    const acks = run(4, 2, 3);
    acks.take();
    acks.finished(1);
    expect(acks.take()).toEqual({ upTo: 1, singles: [] });
    acks.finished(4);
    expect(acks.take()).toEqual({ upTo: 4, singles: [] });
  });

  it('acknowledges every finished delivery once, and never an unfinished one', () => {
    const steps = fc.array(fc.nat(20), { maxLength: 60 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), steps, (deliveries, picks) => {
        const acks = run(deliveries);
        const held = new Set(Array.from({ length: deliveries }, (_, n) => n + 1));
        const finished = new Set<number>();
        for (const tag of picks) {
          if (tag > deliveries) settleWith(acks, held, finished);
          else if (tag > 0 && !finished.has(tag)) {
            finished.add(tag);
            acks.finished(tag);
          }
        }
        settleWith(acks, held, finished);
        for (let tag = 1; tag <= deliveries; tag += 1) {
          expect(held.has(tag)).toBe(!finished.has(tag));
        }
      }),
      { numRuns: 500 },
    );
  });
});

/** The behaviour of the broker: an unknown tag would close the channel. */
function settleWith(acks: AckRun, held: Set<number>, finished: Set<number>): void {
  const { upTo, singles } = acks.take();
  if (upTo !== undefined) {
    expect(held.has(upTo)).toBe(true);
    for (const tag of [...held].filter((each) => each <= upTo)) {
      expect(finished.has(tag)).toBe(true);
      held.delete(tag);
    }
  }
  for (const tag of singles) expect(held.delete(tag) && finished.has(tag)).toBe(true);
}
