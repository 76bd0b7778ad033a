import { connect } from 'amqplib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { testVhost, type TestVhost } from './test-vhost.js';
import { waitFor } from '@backstitch/launcher';

describe('testVhost', () => {
  let vhost: TestVhost;
  beforeAll(async () => {
    vhost = await testVhost('testkit');
  });
  afterAll(() => vhost.drop());

  it('shows live counts, gives messages back and knows what does not exist', async () => {
    const connection = await connect(vhost.url);
    const channel = await connection.createChannel();
    await channel.assertQueue('things');
    expect(await vhost.queue('things')).toEqual({ messages: 0, consumers: 0 });
    await vhost.publish('things', Buffer.from('one'), { messageId: 'm1' });
    expect(await vhost.queue('things')).toEqual({ messages: 1, consumers: 0 });
    const taken = await vhost.take('things');
    expect(taken.content.toString()).toBe('one');
    expect(taken.properties.messageId).toBe('m1');
    await vhost.deleteQueue('things');
    expect(await vhost.queue('things')).toBeUndefined();
    await connection.close();
  });

  it('closes the connections of a name and leaves the others open', async () => {
    const open = async (name: string) => {
      const connection = await connect(vhost.url, { clientProperties: { connection_name: name } });
      const state = { closed: false };
      connection.on('error', () => undefined);
      connection.on('close', () => {
        state.closed = true;
      });
      return { connection, state };
    };
    const [victim, other] = await Promise.all([open('victim'), open('other')]);
    await waitFor('the victim to be listed', async () => {
      return (await vhost.closeConnections(/^victim$/)) === 1;
    });
    await waitFor('the victim to be closed', () => victim.state.closed);
    expect(other.state.closed).toBe(false);
    await other.connection.close();
  });
});
