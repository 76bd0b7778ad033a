import { Fault, Rejection } from '@backstitch/shared-types';
import { waitFor } from '@backstitch/testkit';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { BrokerObserver } from './broker-observer.js';
import { CommandServer } from '../consume/command-server.js';
import { attached, bodyOf, openTestBroker, type TestBroker } from '../testing/test-broker.js';

const QUEUE = 'things_commands';

describe('the observer of a broker', () => {
  let testBroker: TestBroker;
  beforeEach(async () => {
    testBroker = await openTestBroker('observer');
  });
  afterEach(() => testBroker.close());

  it('gets the outcome of every command, by served patterns only, and every confirm', async () => {
    const served: string[] = [];
    const observed = { waits: 0, confirms: 0 };
    const observer: BrokerObserver = {
      served: (queue, pattern, outcome, ms) => {
        expect(ms).toBeGreaterThanOrEqual(0);
        served.push(`${queue} ${pattern} ${outcome}`);
      },
      waited: () => void (observed.waits += 1),
      confirmed: () => void (observed.confirms += 1),
    };
    const broker = await testBroker.broker({ queues: [QUEUE], observer });
    const answers: Record<string, () => Promise<unknown>> = {
      done: async () => 1,
      no: async () => new Rejection('INSUFFICIENT_STOCK', 'no'),
      fault: async () => {
        throw new Fault('DATABASE_UNAVAILABLE', 'away', false);
      },
    };
    const handlerOf = ({ pattern }: { pattern: string }) => answers[pattern];
    const server = new CommandServer({ broker, queue: QUEUE }, { handlerOf });
    server.start();
    testBroker.closes(() => server.close(1_000));
    await attached({ consumerStatus: () => server.status() });
    const sent = ['done', 'no', 'fault', 'made up', 'made up too'].map((pattern) =>
      bodyOf({ pattern, data: {}, id: pattern }),
    );
    for (const body of [...sent, bodyOf('no JSON')]) await testBroker.vhost.publish(QUEUE, body);
    await waitFor('all to be observed', () => served.length === 6);
    expect(served.sort()).toEqual([
      `${QUEUE} done done`,
      `${QUEUE} fault fault`,
      `${QUEUE} no rejected`,
      `${QUEUE} unserved unreadable`,
      `${QUEUE} unserved unreadable`,
      `${QUEUE} unserved unreadable`,
    ]);
    expect(observed.waits).toBe(6);
    // Four dead letters: three unservable commands, and the fault that is not retryable.
    await waitFor('the confirms', () => observed.confirms === 4);
  });
});
