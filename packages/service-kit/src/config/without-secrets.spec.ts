import { describe, expect, it } from '@jest/globals';
import { withoutSecrets } from './without-secrets.js';

describe('a text that is told', () => {
  it.each([
    ['amqp://shop:x1@broker:5672/v', 'amqp://shop:***@broker:5672/v'],
    ['amqp://a:b@one,amqps://c:d@two', 'amqp://a:***@one,amqps://c:***@two'],
    ['postgresql://u:p@ss:w@db/orders', 'postgresql://u:***@db/orders'],
    ['postgresql://u:%70%40x@db', 'postgresql://u:***@db'],
    ['postgresql://:p@db', 'postgresql://:***@db'],
    [
      'postgresql:///orders?host=db&user=shop&password=x1&sslmode=require',
      'postgresql:///orders?host=db&user=shop&password=***&sslmode=require',
    ],
    ['postgresql://db/o?PASSWORD=x1', 'postgresql://db/o?PASSWORD=***'],
    ['http://h:3004/a?token=abc: connect ECONNREFUSED', 'http://h:3004/a?token=***: connect'],
    ['two: http://u:p@a/x and amqp://u:p@b', 'two: http://u:***@a/x and amqp://u:***@b'],
    ['{"url":"amqp://u:p\\"q@b","to":"me@x"}', '{"url":"amqp://u:***@b","to":"me@x"}'],
  ])('has no password in its addresses: %s', (text, told) =>
    expect(withoutSecrets(text)).toContain(told.split(': connect')[0]),
  );

  it.each([
    'no address, user:pass@host',
    'http://127.0.0.1:3004/sagas?limit=1',
    '{"url":"http://127.0.0.1:3000","to":"me@example.org"}',
    'http://[::1]:3004',
    'http://shop@broker',
  ])('is left alone where there is none: %s', (text) => expect(withoutSecrets(text)).toBe(text));
});
