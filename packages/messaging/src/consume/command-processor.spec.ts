import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Fault } from '@backstitch/shared-types';
import type { MessageProperties } from 'amqplib';
import type { Broker } from '../connection/broker.js';
import { brokerCounters } from '../connection/counters.js';
import { ConsumerPause } from './consumer-pause.js';
import { CommandProcessor } from './command-processor.js';
import type { CommandTrouble } from './command-trouble.js';
import { ConcurrencyLimiter } from './concurrency-limiter.js';
import type { PublishResult } from '../publish/publisher.js';
import { RecordingLogger } from '../testing/test-broker.js';
import { type InboundCommand, unpack } from '../batch/unpack.js';

const turns = async () => {
  for (let n = 0; n < 5; n += 1) await new Promise<void>((resolve) => setImmediate(resolve));
};

/** A processor whose broker answers nothing until the test lets it. */
class Processor {
  readonly logger = new RecordingLogger();
  readonly counters = brokerCounters();
  readonly unanswered: ((result: PublishResult) => void)[] = [];
  private readonly broker = {
    logger: this.logger,
    counters: this.counters,
    publisher: { publish: () => this.answer(), declareAgain: () => Promise.resolve() },
    batches: { publish: () => this.answer() },
  } as unknown as Broker;
  private readonly processor: CommandProcessor;

  constructor(runningMax: number, trouble?: CommandTrouble) {
    this.processor = new CommandProcessor({
      broker: this.broker,
      queue: 'things',
      handlerDeadlineMs: 10_000,
      overdueMax: 1,
      consumerPause: new ConsumerPause(
        undefined,
        { pause: () => {}, resume: () => {} },
        this.logger,
      ),
      limiter: new ConcurrencyLimiter(runningMax),
      needsSaga: () => false,
      acceptsSender: () => true,
      trouble,
      handlerOf: ({ pattern }) => {
        if (pattern === 'refuse') return () => Promise.reject(new Fault('NO', 'never', false));
        return pattern === 'echo' ? () => Promise.resolve('yes') : undefined;
      },
    });
  }

  serve(body: unknown, properties: Partial<MessageProperties> = {}): Promise<boolean> {
    const arrived = { properties: properties as MessageProperties, isOurs: true };
    const [inbound] = unpack({ ...arrived, body: Buffer.from(JSON.stringify(body)) });
    return this.processor.serve(inbound satisfies InboundCommand, () => true);
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

describe('a command processor', () => {
  beforeEach(() => void jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick'] }));
  afterEach(() => void jest.useRealTimers());

  it.each([
    ['unreadable', 7],
    ['of no known pattern', { pattern: 'fly' }],
    ['refused permanently', { pattern: 'refuse' }],
  ])(
    'lets no more become dead letters at a time than it serves: what is %s',
    async (_how, body) => {
      const processor = new Processor(2);
      const ends = Array.from({ length: 9 }, () => processor.serve(body));
      await turns();
      expect(processor.unanswered).toHaveLength(2);
      for (let n = 0; n < 5; n += 1) {
        expect(processor.unanswered.length).toBeLessThanOrEqual(2);
        await processor.answerAll();
      }
      expect(await Promise.all(ends)).toEqual(ends.map(() => true));
      expect(processor.counters.deadLettered).toBe(9);
    },
  );

  it('logs ten dead letters a second and the number of omitted ones, and counts all', async () => {
    const processor = new Processor(100);
    const deadLetter = async (count: number) => {
      const ends = Array.from({ length: count }, () => processor.serve(7));
      await turns();
      await processor.answerAll();
      await Promise.all(ends);
    };
    await deadLetter(50);
    expect(processor.lines('dead-lettered')).toHaveLength(10);
    jest.advanceTimersByTime(1_000);
    await deadLetter(1);
    expect(processor.lines('dead-lettered').slice(10)).toEqual([
      expect.objectContaining({ notLogged: 40 }),
    ]);
    expect(processor.counters.deadLettered).toBe(51);
  });

  it('drops a reply whose queue is silent for longer than any sender waits', async () => {
    const processor = new Processor(100);
    const settled = jest.fn();
    void processor.serve({ pattern: 'echo' }, { replyTo: 'silent' }).then(settled);
    void processor.serve([{ pattern: 'echo', id: '1' }], { replyTo: 'silent' }).then(settled);
    await turns();
    expect(processor.unanswered).toHaveLength(2);
    await jest.advanceTimersByTimeAsync(4_999);
    expect(settled).not.toHaveBeenCalled();
    await jest.advanceTimersByTimeAsync(1);
    expect(settled.mock.calls).toEqual([[true], [true]]);
    expect(processor.counters.repliesUnroutable).toBe(2);
  });

  it('logs every command that faulted', async () => {
    const processor = new Processor(100);
    const ends = Array.from({ length: 50 }, () => processor.serve({ pattern: 'refuse' }));
    await turns();
    await processor.answerAll();
    await Promise.all(ends);
    expect(processor.lines('command faulted')).toHaveLength(50);
  });

  it('settles a command whose reply is dropped on purpose, and sends none', async () => {
    const trouble = {
      around: (handler: () => Promise<unknown>) => handler,
      dropsReply: () => true,
    };
    const processor = new Processor(1, trouble);
    expect(await processor.serve({ pattern: 'echo', id: '1' }, { replyTo: 'replies' })).toBe(true);
    expect(processor.unanswered).toEqual([]);
  });

  it('drops no reply that says that a command failed', async () => {
    const trouble = {
      around: (handler: () => Promise<unknown>) => handler,
      dropsReply: () => true,
    };
    const processor = new Processor(1, trouble);
    const served = processor.serve({ pattern: 'refuse', id: '1' }, { replyTo: 'replies' });
    await turns();
    await processor.answerAll();
    expect(await served).toBe(true);
    expect(processor.counters.commandsFaulted).toBe(1);
  });

  it('runs what trouble on purpose puts in place of the handler', async () => {
    const away = () => Promise.reject(new Fault('INJECTED', 'on purpose', true));
    const processor = new Processor(1, { around: () => away, dropsReply: () => false });
    const served = processor.serve({ pattern: 'echo', id: '1' }, { replyTo: 'replies' });
    await turns();
    await processor.answerAll();
    expect(await served).toBe(true);
    expect(processor.counters).toMatchObject({ commandsDone: 0, commandsFaulted: 1 });
  });
});
