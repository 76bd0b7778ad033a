import type { QueueCount } from '@backstitch/messaging';
import { metricsRegistry } from '@backstitch/service-kit';
import { afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { QueueCounts, watchedQueues } from './queue-counts.js';

const COMMANDS = ['order_commands', 'payment_commands'];
let answer: (QueueCount | undefined)[] | Error = [];
const queueInspector = {
  queues: watchedQueues(COMMANDS),
  read: async () => {
    if (answer instanceof Error) throw answer;
    return answer;
  },
};
const counts = new QueueCounts(queueInspector, COMMANDS);
const told = async () =>
  (await metricsRegistry.metrics()).split('\n').filter((line) => line.startsWith('backstitch_'));

beforeAll(() => void counts.expose());
afterEach(() => {
  jest.restoreAllMocks();
  counts.openDeadLetters = () => ({});
});

describe('the metrics of the queues', () => {
  it('is what the last look said: messages, consumers and dead letters of each queue', async () => {
    expect(await told()).toEqual([]);
    answer = [
      { messages: 7, consumers: 1 },
      { messages: 0, consumers: 2 },
      { messages: 1_001, consumers: 0 },
      { messages: 0, consumers: 0 },
    ];
    expect(await counts.consumersOf(['payment_commands', 'order_commands'])).toEqual([2, 1]);
    expect(await told()).toEqual([
      'backstitch_queue_messages{queue="order_commands"} 7',
      'backstitch_queue_messages{queue="payment_commands"} 0',
      'backstitch_queue_consumers{queue="order_commands"} 1',
      'backstitch_queue_consumers{queue="payment_commands"} 2',
      'backstitch_dead_letters{queue="order_commands"} 1001',
      'backstitch_dead_letters{queue="payment_commands"} 0',
    ]);
  });

  it('is no number for a queue that is not there, which has no consumers', async () => {
    answer = [undefined, { messages: 3, consumers: 1 }, undefined, { messages: 0, consumers: 0 }];
    expect(await counts.consumersOf(COMMANDS)).toEqual([0, 1]);
    expect(await told()).toEqual([
      'backstitch_queue_messages{queue="payment_commands"} 3',
      'backstitch_queue_consumers{queue="order_commands"} 0',
      'backstitch_queue_consumers{queue="payment_commands"} 1',
      'backstitch_dead_letters{queue="payment_commands"} 0',
    ]);
  });

  it('is of dead letters what is stored and what is still in the queue, or nothing', async () => {
    answer = [
      { messages: 0, consumers: 1 },
      { messages: 0, consumers: 1 },
      { messages: 2, consumers: 1 },
      undefined,
    ];
    await counts.consumersOf(COMMANDS);
    const deadLetters = async () => (await told()).filter((line) => line.includes('dead_letters'));
    counts.openDeadLetters = () => ({ order_commands: 5, payment_commands: 7 });
    expect(await deadLetters()).toEqual([
      'backstitch_dead_letters{queue="order_commands"} 7',
      'backstitch_dead_letters{queue="payment_commands"} 7',
    ]);
    counts.openDeadLetters = () => undefined;
    expect(await deadLetters()).toEqual([]);
  });

  it('is unknown once no read has succeeded for a while', async () => {
    answer = [undefined, { messages: 3, consumers: 1 }, undefined, undefined];
    await counts.consumersOf(COMMANDS);
    answer = new Error('the broker is away');
    await expect(counts.consumersOf(COMMANDS)).rejects.toThrow('away');
    expect(await told()).not.toEqual([]);
    const nowMs = performance.now();
    jest.spyOn(performance, 'now').mockReturnValue(nowMs + 5_001);
    expect(await told()).toEqual([]);
  });
});
