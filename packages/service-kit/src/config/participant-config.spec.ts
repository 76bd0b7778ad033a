import { COMMANDS } from '@backstitch/shared-types';
import { describe, expect, it } from '@jest/globals';
import { ParticipantConfig } from './app-config.js';
import { readConfig, type Environment } from './read-config.js';

const OWN = {
  DB_URL: 'postgresql://shop:x1@db/orders',
  RABBITMQ_URL: 'amqp://shop:x1@broker',
};
const READS: readonly string[] = [COMMANDS.orderGet, COMMANDS.inventoryList, COMMANDS.paymentGet];

function needing(environment: Environment): string[] {
  const reading = readConfig(ParticipantConfig, { ...OWN, ...environment });
  if ('problems' in reading) throw new Error(reading.problems.join());
  return Object.values(COMMANDS).filter((pattern) => reading.config.needsSaga(pattern));
}

describe('COMMANDS', () => {
  const changes = Object.values(COMMANDS).filter((pattern) => !READS.includes(pattern));

  it('unset asks every command that changes something for its saga in production only', () => {
    expect(needing({ NODE_ENV: 'production' })).toEqual(changes);
    expect(needing({ NODE_ENV: 'development' })).toEqual([]);
    expect(needing({ NODE_ENV: 'test' })).toEqual([]);
  });

  it('says it for every environment when it is set', () => {
    expect(needing({ COMMANDS: 'strict' })).toEqual(changes);
    expect(needing({ COMMANDS: 'open', NODE_ENV: 'production' })).toEqual([]);
  });

  it('takes strict commands of the own user and the named one, and queries of every user', () => {
    const takenFrom = (environment: Environment) => {
      const reading = readConfig(ParticipantConfig, { ...OWN, ...environment });
      if ('problems' in reading) throw new Error(reading.problems.join());
      const users = [undefined, '', 'shop', 'orchestrator', 'stranger'];
      const from = (pattern: string) =>
        users.filter((user) => reading.config.acceptsSender(pattern, user));
      expect(READS.map(from)).toEqual(READS.map(() => users));
      return from(COMMANDS.paymentRefund);
    };
    expect(takenFrom({ COMMANDS: 'strict' })).toEqual(['shop']);
    const orchestrator = { COMMANDS_USER: 'orchestrator' };
    expect(takenFrom({ ...orchestrator, NODE_ENV: 'production' })).toEqual([
      'shop',
      'orchestrator',
    ]);
    expect(takenFrom(orchestrator)).toHaveLength(5);
  });

  it('names the own user in messages of strict apps only', () => {
    const sentAs = (environment: Environment) => {
      const reading = readConfig(ParticipantConfig, { ...OWN, ...environment });
      return 'config' in reading ? reading.config.sentAs : reading.problems;
    };
    expect(sentAs({ COMMANDS: 'strict' })).toBe('shop');
    expect(sentAs({ NODE_ENV: 'production' })).toBe('shop');
    expect(sentAs({})).toBeUndefined();
  });

  it('is refused in words when it is neither strict nor open', () => {
    expect(readConfig(ParticipantConfig, { ...OWN, COMMANDS: 'closed' })).toEqual({
      problems: [expect.stringMatching(/COMMANDS must be one of .*strict, open.* "closed"/)],
    });
  });
});
