import { setTimeout as pause } from 'node:timers/promises';
import { type Channel, type ChannelModel, connect } from 'amqplib';
import { PARTICIPANTS } from '@backstitch/tools';
import type { Site } from '../site/site.js';
import type { Fault } from './fault.js';
import { isCommandQueue, isReplyQueue } from './queue-names.js';
import { cutOff, letIn } from './work.js';

const NOT_FOUND = 404;
const FULL = 10;
const FULL_WITHIN_MS = 6_000;
const LOOK_EVERY_MS = 25;

/** What becomes of a queue with all that is in it. */
type Wipe = (channel: Channel, queue: string) => Promise<{ messageCount: number }>;

/**
 * Strikes twice, since commands and replies are not both waiting at one time: all queues once while
 * the participants are cut off and commands pile up, and once while the orchestrators are and
 * replies do. All messages are in the queues then.
 */
function wiped(name: string, verb: string, wipe: Wipe): Fault {
  return {
    name,
    title: `every queue ${verb}, once while commands wait in it and once while replies do`,
    seconds: 25,
    async inject(site) {
      const participants = PARTICIPANTS.flatMap(({ name }) => site.of(name));
      const orchestrators = site.of('orchestrator');
      const queues = await Queues.of(site);
      try {
        cutOff(participants);
        await queues.filled(isCommandQueue);
        const commands = await queues.wipe(wipe);
        letIn(participants);
        await Promise.all(participants.map((participant) => participant.untilReady()));
        cutOff(participants);
        await queues.filled(isCommandQueue); // the replies to come need commands
        cutOff(orchestrators);
        letIn(participants);
        await queues.filled(isReplyQueue);
        const replies = await queues.wipe(wipe);
        const what = `${verb} all queues with ${commands}, then with ${replies} messages in them`;
        return { what, inFlight: commands + replies };
      } finally {
        letIn(participants);
        letIn(orchestrators);
        await queues.close();
      }
    },
  };
}

/** The broker's queues as they are this moment; the management API's counts are seconds old. */
class Queues {
  private constructor(
    private readonly site: Site,
    private readonly connection: ChannelModel,
  ) {}

  static async of(site: Site): Promise<Queues> {
    const connection = await connect(site.broker.url, { noDelay: true });
    connection.on('error', () => undefined);
    return new Queues(site, connection);
  }

  close(): Promise<void> {
    return this.connection.close();
  }

  /** Waits until so many messages are in these queues; fewer have to do when no more come. */
  async filled(chosen: (name: string) => boolean): Promise<void> {
    const untilMs = performance.now() + FULL_WITHIN_MS;
    const names = (await this.names()).filter(chosen);
    while (performance.now() < untilMs && !this.site.stopping.aborted) {
      if ((await this.sum(names, (channel, name) => channel.checkQueue(name))) >= FULL) return;
      await pause(LOOK_EVERY_MS);
    }
  }

  /** Answers how many messages were in them. */
  async wipe(wipe: Wipe): Promise<number> {
    return this.sum(await this.names(), wipe);
  }

  private async names(): Promise<string[]> {
    return (await this.site.queues()).map(({ name }) => name);
  }

  private async sum(names: readonly string[], countOf: Wipe): Promise<number> {
    let sum = 0;
    for (const name of names) {
      // A queue that is gone meanwhile closes the channel it is named on.
      const channel = await this.connection.createChannel();
      channel.on('error', () => undefined);
      try {
        sum += (await countOf(channel, name)).messageCount;
        await channel.close();
      } catch (error) {
        if ((error as { code?: number }).code !== NOT_FOUND) throw error;
      }
    }
    return sum;
  }
}

export const QUEUE_FAULTS: readonly Fault[] = [
  wiped('queues-purged', 'purged', (channel, queue) => channel.purgeQueue(queue)),
  wiped('queues-deleted', 'deleted', (channel, queue) => channel.deleteQueue(queue)),
];
