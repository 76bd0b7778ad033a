import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { CommandServer } from './command-server.js';
import { BrokerAway } from './errors.js';
import { consumersOf } from './queue-readers.js';
import { attached, openRoom, type Room } from './testing/room.js';

jest.setTimeout(30_000);

describe('the readers of a queue', () => {
  let room: Room;
  beforeEach(async () => {
    room = await openRoom('readers');
  });
  afterEach(() => room.close());

  it('are counted, and are none where there is no queue', async () => {
    const broker = await room.broker({ queues: ['read', 'unread'] });
    const servers = [1, 2].map(() => {
      const handlerOf = () => () => Promise.resolve(undefined);
      const server = new CommandServer({ broker, queue: 'read' }, { handlerOf });
      server.start();
      return server;
    });
    for (const server of servers) await attached({ consumerStatus: () => server.status() });
    const queues = ['gone', 'read', 'unread'];
    expect(await consumersOf(broker, queues)).toEqual([0, 2, 0]);
    await Promise.all(servers.map((server) => server.close(1_000)));
    expect(await consumersOf(broker, queues)).toEqual([0, 0, 0]);
  });

  it('cannot be counted while the broker is away', async () => {
    const broker = await room.broker();
    await broker.close();
    await expect(consumersOf(broker, ['read'])).rejects.toBeInstanceOf(BrokerAway);
  });
});
