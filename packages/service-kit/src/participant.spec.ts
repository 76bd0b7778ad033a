import { describe, expect, it } from '@jest/globals';
import { openDatabase } from './database/open-database.js';
import { DatabaseAway } from './database/database-fault.js';
import { createLogger } from './logger.js';
import { participantDependencies, pauseWhileAway } from './participant.js';

const logger = createLogger({ app: 'test', level: 'silent' });
const database = openDatabase({ url: 'postgresql://u:p@127.0.0.1:1/orders', name: 'x', logger });

function whyNot(broker: object, commands: object): Promise<unknown[]> {
  const checks = participantDependencies({
    queue: 'order_commands',
    broker: { status: () => ({ publish: 'up', consume: 'up', ...broker }) },
    commands: { consumerStatus: () => ({ state: 'attached', ...commands }) },
  });
  const why = async ({ name, check }: (typeof checks)[number]) => {
    try {
      await check();
      return `${name}: ready`;
    } catch (error) {
      return `${name}: ${(error as Error).message}`;
    }
  };
  return Promise.all(checks.map(why));
}

describe('participantDependencies', () => {
  it.each([
    ['all is there', {}, {}, ['broker: ready', 'consumers: ready']],
    [
      'a connection is down',
      { consume: 'down', why: 'ECONNREFUSED' },
      {},
      ['broker: ECONNREFUSED', 'consumers: ready'],
    ],
    [
      'the broker holds publishes back',
      { publish: 'blocked' },
      {},
      ['broker: publish is blocked, consume is up', 'consumers: ready'],
    ],
    [
      'no process reads the queue',
      {},
      { state: 'paused' },
      ['broker: ready', 'consumers: order_commands is not read: paused'],
    ],
  ])('says what is missing when %s', async (_name, broker, commands, expected) => {
    expect(await whyNot(broker, commands)).toEqual(expected);
  });
});

describe('pauseWhileAway', () => {
  it('pauses for a database that is away, and for nothing else', () => {
    const pause = pauseWhileAway(database);
    expect(pause.causedBy(new DatabaseAway('orders', 'x'))).toBe(true);
    expect(pause.causedBy(new Error('a bug'))).toBe(false);
  });
});
