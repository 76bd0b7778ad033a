import { describe, expect, it } from '@jest/globals';
import { AppConfig, DatabaseConfig } from './app-config.js';
import { HasNoProblem } from './has-no-problem.js';
import { IsDecimalVariable } from './integer-variable.js';
import { readConfig, type Environment } from './read-config.js';

class ShopConfig extends DatabaseConfig {
  override PORT = 3001;
  override DB_URL = 'postgresql://postgres:1111@localhost:5432/orders';

  @IsDecimalVariable({ min: 0, max: 1 })
  FAILURE_RATE = 0.05;
}

function problemsOf(environment: Environment): string[] {
  const reading = readConfig(ShopConfig, environment);
  return 'problems' in reading ? reading.problems : [];
}

function configOf(environment: Environment): ShopConfig {
  const reading = readConfig(ShopConfig, environment);
  if ('problems' in reading) throw new Error(reading.problems.join('\n'));
  return reading.config;
}

describe('readConfig', () => {
  it('runs on the documented defaults when nothing is set', () => {
    const config = configOf({});
    expect(config).toMatchObject({
      PORT: 3001,
      HOST: '127.0.0.1',
      NODE_ENV: 'development',
      LOG_LEVEL: 'info',
      RABBITMQ_URL: 'amqp://admin:admin@localhost:5672',
      QUEUE_TYPE: 'classic',
      CURRENCY: 'USD',
      FAILURE_RATE: 0.05,
    });
  });

  it('reads numbers as numbers', () => {
    expect(configOf({ PORT: '0', FAILURE_RATE: '0.5' })).toMatchObject({
      PORT: 0,
      FAILURE_RATE: 0.5,
    });
  });

  it('takes the empty string as not set', () => {
    expect(configOf({ PORT: '', FAILURE_RATE: ' ' })).toEqual(configOf({}));
  });

  it('ignores a variable that the class does not declare', () => {
    expect(configOf({ PATH: '/bin', toString: 'x' })).toEqual(configOf({}));
  });

  it('reads a list of brokers', () => {
    expect(configOf({ RABBITMQ_URL: 'amqp://a:b@one, amqps://a:b@two' }).rabbitmqUrls).toEqual([
      'amqp://a:b@one',
      'amqps://a:b@two',
    ]);
  });

  it('takes a comma in the address of the database for its own', () => {
    const DB_URL = 'postgresql://shop:a,b@db/orders';
    expect(configOf({ DB_URL })).toMatchObject({ DB_URL });
  });

  it('says in production too, in words, that an address cannot be decoded', () => {
    const given = { DB_URL: 'postgresql://a:50%off@db/o', RABBITMQ_URL: 'amqp://shop:x1@broker' };
    expect(problemsOf({ NODE_ENV: 'production', ...given })).toEqual([
      expect.stringContaining('spelled %25'),
    ]);
  });

  it.each([
    ['PORT', 'abc', 'PORT must be an integer from 0 to 65535 (it is "abc")'],
    ['PORT', '1e3', 'PORT must be an integer from 0 to 65535 (it is "1e3")'],
    ['PORT', '70000', 'PORT must be an integer from 0 to 65535 (it is "70000")'],
    ['PORT', '3000.5', 'PORT must be an integer from 0 to 65535 (it is "3000.5")'],
    ['FAILURE_RATE', '5%', 'FAILURE_RATE must be a number from 0 to 1 (it is "5%")'],
    ['CURRENCY', 'XQX', 'CURRENCY must be an ISO 4217 code of at most 2 decimals, such as USD'],
    ['CURRENCY', 'KWD', 'CURRENCY must be an ISO 4217 code of at most 2 decimals, such as USD'],
    ['QUEUE_TYPE', 'stream', 'QUEUE_TYPE must be one of the following values: classic, quorum'],
    ['DB_URL', 'localhost', 'DB_URL must be a URL'],
    ['DB_URL', 'postgresql://a:50%off@db/o', 'spelled %25'],
    ['RABBITMQ_URL', 'http://a', 'RABBITMQ_URL must be a URL'],
    ['RABBITMQ_URL', 'amqp://a:b@one,amqp://a:50%off@two', 'spelled %25'],
  ])('refuses %s=%s in words', (name, value, message) => {
    expect(problemsOf({ [name]: value })).toEqual([expect.stringContaining(message)]);
  });

  it('names every problem at once', () => {
    expect(problemsOf({ PORT: 'x', CURRENCY: 'x', FAILURE_RATE: '2' })).toHaveLength(3);
  });

  it('ignores every variable that the program does not use', () => {
    const given = { NODE_ENV: 'production', DB_URL: 'postgresql://shop:x1@db/orders', PORT: 'x' };
    expect(readConfig(ShopConfig, given, ['DB_URL'])).toMatchObject({
      config: { DB_URL: given.DB_URL },
    });
    const weak = { ...given, DB_URL: 'postgresql://shop@db/orders' };
    expect(readConfig(ShopConfig, weak, ['DB_URL'])).toEqual({
      problems: [expect.stringMatching(/^DB_URL has no password/)],
    });
  });

  it('never prints a value that may hold a password', () => {
    expect(problemsOf({ DB_URL: 'mysql://root:hunter2@db' }).join()).not.toContain('hunter2');
  });

  it.each([
    ['the defaults', {}, ['RABBITMQ_URL', 'DB_URL']],
    ['one of its own', { DB_URL: 'postgresql://shop:x1@db/orders' }, ['RABBITMQ_URL']],
    [
      'a demo password among several brokers',
      {
        DB_URL: 'postgresql://shop:x1@db/o',
        RABBITMQ_URL: 'amqp://a:b@one,amqp://admin:admin@two',
      },
      ['RABBITMQ_URL'],
    ],
    [
      'none of the demo',
      { DB_URL: 'postgresql://shop:x1@db/o', RABBITMQ_URL: 'amqp://shop:x1@broker' },
      [],
    ],
    [
      'none, but its brokers have no password',
      { DB_URL: 'postgresql://shop:x1@db/o', RABBITMQ_URL: 'amqp://broker' },
      ['RABBITMQ_URL'],
    ],
    [
      'the name of its user',
      { DB_URL: 'postgresql://shop:shop@db/o', RABBITMQ_URL: 'amqp://shop:x1@broker' },
      ['DB_URL'],
    ],
  ])('refuses demo passwords in production: %s', (_name, given, refused) => {
    const problems = problemsOf({ NODE_ENV: 'production', ...given });
    expect(problems.map((problem) => problem.split(' ')[0])).toEqual(refused);
  });

  it('does not refuse a default of production in a variable that the program does not read', () => {
    class WithKeys extends AppConfig {
      @HasNoProblem((value, { isProduction }) => (isProduction ? `is ${value}` : undefined))
      KEYS = 'known';
    }
    const production = { NODE_ENV: 'production' };
    expect(readConfig(WithKeys, production, ['PORT'])).toMatchObject({ config: { PORT: 0 } });
    const problems = ['KEYS is known (it is not set)'];
    expect(readConfig(WithKeys, production)).toEqual({ problems });
  });
});
