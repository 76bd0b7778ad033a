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

  it('is refused in words when it is neither strict nor open', () => {
    expect(readConfig(ParticipantConfig, { ...OWN, COMMANDS: 'closed' })).toEqual({
      problems: [expect.stringMatching(/COMMANDS must be one of .*strict, open.* "closed"/)],
    });
  });
});
