import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Fault } from '@backstitch/shared-types';
import type { MessageProperties } from 'amqplib';
import type { Broker } from '../connection/broker.js';
import { brokerCounters } from '../connection/counters.js';
import { IntakePause } from './consumer-pause.js';
import { PacketDesk } from './command-processor.js';
import { PacketGate } from './concurrency-limiter.js';
import type { PublishResult } from '../publish/publisher.js';
import { RecordingLogger } from '../testing/test-broker.js';
import { type Parcel, unpack } from '../batch/unpack.js';

const turns = async () => {
  for (let n = 0; n < 5; n += 1) await new Promise<void>((resolve) => setImmediate(resolve));
};

/** A desk whose broker answers nothing until it is told to. */
class Desk {
  readonly logger = new RecordingLogger();
  readonly counters = brokerCounters();
  readonly unanswered: ((result: PublishResult) => void)[] = [];
  private readonly broker = {
    logger: this.logger,
    counters: this.counters,
    publisher: { publish: () => this.answer(), declareAgain: () => Promise.resolve() },
    batches: { publish: () => this.answer() },
  } as unknown as Broker;
  private readonly desk: PacketDesk;

  constructor(runningMax: number) {
    this.desk = new PacketDesk({
      broker: this.broker,
      queue: 'things',
      handlerDeadlineMs: 10_000,
      overdueMax: 1,
      intake: new IntakePause(undefined, { pause: () => {}, resume: () => {} }, this.logger),
      gate: new PacketGate(runningMax),
      needsSaga: () => false,
      handlerOf: ({ pattern }) => {
        if (pattern === 'refuse') return () => Promise.reject(new Fault('NO', 'never', false));
        return pattern === 'echo' ? () => Promise.resolve('yes') : undefined;
      },
    });
  }

  serve(body: unknown, properties: Partial<MessageProperties> = {}): Promise<boolean> {
    const arrived = { properties: properties as MessageProperties, isOurs: true };
    const [parcel] = unpack({ ...arrived, body: Buffer.from(JSON.stringify(body)) });
    return this.desk.serve(parcel satisfies Parcel, () => true);
  }

  async answerAll(): Promise<void> {
    for (const answer of this.unanswered.splice(0)) answer('accepted');
    await turns();
  }

  lines(message: string): object[] {
    const found = this.logger.lines.filter((line) => line.message === message);
    return found.map(({ fields }) => fields);
  }

  private answer(): Promise<PublishResult> {
    return new Promise((resolve) => this.unanswered.push(resolve));
  }
}

describe('a packet desk', () => {
  beforeEach(() => void jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick'] }));
  afterEach(() => void jest.useRealTimers());

  it.each([
    ['unreadable', 7],
    ['of no known pattern', { pattern: 'fly' }],
    ['refused for good', { pattern: 'refuse' }],
  ])(
    'lets no more become dead letters at a time than it serves: what is %s',
    async (_how, body) => {
      const desk = new Desk(2);
      const ends = Array.from({ length: 9 }, () => desk.serve(body));
      await turns();
      expect(desk.unanswered).toHaveLength(2);
      for (let n = 0; n < 5; n += 1) {
        expect(desk.unanswered.length).toBeLessThanOrEqual(2);
        await desk.answerAll();
      }
      expect(await Promise.all(ends)).toEqual(ends.map(() => true));
      expect(desk.counters.deadLettered).toBe(9);
    },
  );

  it('tells of ten dead letters a second, then of how many it did not tell; it counts all', async () => {
    const desk = new Desk(100);
    const bury = async (count: number) => {
      const ends = Array.from({ length: count }, () => desk.serve(7));
      await turns();
      await desk.answerAll();
      await Promise.all(ends);
    };
    await bury(50);
    expect(desk.lines('dead-lettered')).toHaveLength(10);
    jest.advanceTimersByTime(1_000);
    await bury(1);
    expect(desk.lines('dead-lettered').slice(10)).toEqual([
      expect.objectContaining({ notLogged: 40 }),
    ]);
    expect(desk.counters.deadLettered).toBe(51);
  });

  it('gives up a reply about which its queue is silent for as long as anybody waits for it', async () => {
    const desk = new Desk(100);
    const settled = jest.fn();
    void desk.serve({ pattern: 'echo' }, { replyTo: 'silent' }).then(settled);
    void desk.serve([{ pattern: 'echo', id: '1' }], { replyTo: 'silent' }).then(settled);
    await turns();
    expect(desk.unanswered).toHaveLength(2);
    await jest.advanceTimersByTimeAsync(4_999);
    expect(settled).not.toHaveBeenCalled();
    await jest.advanceTimersByTimeAsync(1);
    expect(settled.mock.calls).toEqual([[true], [true]]);
    expect(desk.counters.repliesUnroutable).toBe(2);
  });

  it('tells of every command that faulted', async () => {
    const desk = new Desk(100);
    const ends = Array.from({ length: 50 }, () => desk.serve({ pattern: 'refuse' }));
    await turns();
    await desk.answerAll();
    await Promise.all(ends);
    expect(desk.lines('command faulted')).toHaveLength(50);
  });
});
