import { describe, expect, it } from '@jest/globals';
import type { ChannelModel, ConfirmChannel } from 'amqplib';
import type { BrokerLink } from '../connection/broker-link.js';
import { brokerCounters } from '../connection/counters.js';
import { BrokerUnavailable } from '../connection/errors.js';
import { Publisher } from './publisher.js';
import { RecordingLogger } from '../testing/test-broker.js';

function publisherOver(
  link: Partial<BrokerLink>,
  declare: () => Promise<void>,
  unconfirmedMax = 5_000,
): Publisher {
  return new Publisher({
    link: link as BrokerLink,
    logger: new RecordingLogger(),
    counters: brokerCounters(),
    declare,
    unconfirmedMax,
  });
}

describe('a publisher that declares its queues again', () => {
  it('reports an unavailable broker when its connection ends meanwhile', async () => {
    const cause = new Error('Channel ended, no reply will be forthcoming');
    const current = {} as ChannelModel;
    const publisher = publisherOver({ current }, () => Promise.reject(cause));
    const both = [publisher.declareAgain(), publisher.declareAgain()];
    for (const declaring of both) {
      await expect(declaring).rejects.toBeInstanceOf(BrokerUnavailable);
      await expect(declaring).rejects.toMatchObject({ cause });
    }
  });
});

describe('a publisher that refuses', () => {
  /** A link whose channel confirms nothing by itself. */
  function blockable() {
    const listeners: (() => void)[] = [];
    const link = {
      blocked: undefined as string | undefined,
      why: undefined,
      onUp: () => undefined,
      onUnblocked: (listener: () => void) => void listeners.push(listener),
    };
    const unblock = () => {
      link.blocked = undefined;
      for (const listener of listeners) listener();
    };
    return { link, unblock };
  }

  it('reports when it sends again: only after the alarm of the broker', async () => {
    const { link, unblock } = blockable();
    const publisher = publisherOver(link, () => Promise.resolve());
    publisher.start();
    let accepts = false;
    void publisher.accepting().then(() => (accepts = true));
    link.blocked = 'low on memory';
    const channel = { on: () => undefined } as unknown as ConfirmChannel;
    await publisher.use(channel, {} as ChannelModel);
    await publisher.opened();
    expect([accepts, publisher.isOpen]).toEqual([false, true]);
    unblock();
    await publisher.accepting();
    expect(accepts).toBe(true);
    await publisher.close();
  });

  it('reports when a confirm allows the next message', async () => {
    const { link } = blockable();
    const publisher = publisherOver(link, () => Promise.resolve(), 1);
    let confirm!: (error: null) => void;
    const publish = (...sent: unknown[]) => (confirm = sent[4] as typeof confirm);
    const channel = { on: () => undefined, publish } as unknown as ConfirmChannel;
    await publisher.use(channel, {} as ChannelModel);
    void publisher.publish('q', Buffer.from('x'), {});
    let accepts = false;
    const accepting = publisher.accepting().then(() => (accepts = true));
    await Promise.resolve();
    expect(accepts).toBe(false);
    confirm(null);
    await accepting;
  });
});
