import { describe, expect, it } from '@jest/globals';
import type { ChannelModel } from 'amqplib';
import type { BrokerLink } from './broker-link.js';
import { brokerCounters } from './counters.js';
import { BrokerAway } from './errors.js';
import { Publisher } from './publisher.js';
import { RecordingLogger } from './testing/room.js';

function publisherOver(link: Partial<BrokerLink>, declare: () => Promise<void>): Publisher {
  return new Publisher({
    link: link as BrokerLink,
    logger: new RecordingLogger(),
    counters: brokerCounters(),
    declare,
  });
}

describe('a publisher that declares its queues again', () => {
  it('says that the broker is away when its connection ends meanwhile', async () => {
    const cause = new Error('Channel ended, no reply will be forthcoming');
    const current = {} as ChannelModel;
    const publisher = publisherOver({ current }, () => Promise.reject(cause));
    const both = [publisher.declareAgain(), publisher.declareAgain()];
    for (const declaring of both) {
      await expect(declaring).rejects.toBeInstanceOf(BrokerAway);
      await expect(declaring).rejects.toMatchObject({ cause });
    }
  });
});
