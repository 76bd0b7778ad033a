import { describe, expect, it } from '@jest/globals';
import { passwordProblem } from './passwords.js';

describe('a password that production must not run on', () => {
  it.each([
    ['none', 'postgresql://postgres@db/orders'],
    ['none, and no user', 'postgresql://db/orders'],
    ['an empty one', 'postgresql://shop:@db/orders'],
    ['an empty one in the query', 'postgresql://shop@db/orders?password='],
    ['none at one of several brokers', 'amqp://shop:s3cret-9@one, amqps://shop@two'],
    ['none, where another setting only looks like it', 'postgresql://shop@db/o?sslpassword=x9Qw'],
  ])('is missing: %s', (_what, url) => expect(passwordProblem(url)).toMatch('has no password'));

  it.each([
    ['that of the documents', 'postgresql://postgres:1111@db/orders'],
    ["the broker's of the documents", 'amqp://admin:admin@broker'],
    ['with a digit behind it', 'amqp://admin:admin1@broker'],
    ['in capitals', 'amqp://shop:GUEST@broker'],
    ['percent-encoded', 'postgresql://shop:%31%31%31%31@db/orders'],
    ['in the query', 'postgresql://db/orders?user=shop&password=1111'],
    ['in the query, percent-encoded', 'postgresql://db/o?user=shop&password=%31%3111'],
    ['in the query, beside a good one', 'postgresql://shop:s3cret-9@db/orders?password=1111'],
    ['a good one in the query beside it', 'postgresql://shop:1111@db/orders?password=s3cret-9'],
    ['the second of the query', 'postgresql://db/o?password=s3cret-9&password=1111'],
    ['in the manner of libpq', 'postgresql:///orders?host=db&port=5432&user=shop&password=1111'],
    ['at the second broker', 'amqp://shop:s3cret-9@one,amqp://admin:admin@two'],
    ['digits in their order', 'postgresql://shop:123456@db/orders'],
    ['one character again and again', 'postgresql://shop:aaaaaaaa@db/orders'],
    ['"postgres"', 'postgresql://shop:postgres@db/orders'],
    ['of an orchestrator behind a proxy', 'http://shop:password@orchestrator:3004'],
  ])('is publicly known: %s', (_what, url) =>
    expect(passwordProblem(url)).toMatch('which is publicly known'),
  );

  it.each([
    ['of the address', 'postgresql://orders_app:orders_app@db/orders'],
    ['in other case, and with digits', 'postgresql://OrdersApp:ordersapp99@db/orders'],
    ['percent-encoded', 'amqp://sh%6Fp:sho%70@broker'],
    ['of the query', 'postgresql://db/orders?user=shop_app&password=shop_app'],
    ['of the query, the password in the address', 'postgresql://x:shop_app@db/o?user=shop_app'],
  ])('is the name of its user: %s', (_what, url) =>
    expect(passwordProblem(url)).toMatch('the name of its user'),
  );

  it.each([
    'postgresql://postgres:kR7-vv2Q@db/orders',
    'postgresql://shop:x1@db/orders',
    'postgresql://shop:1,b@db/orders',
    'postgresql://shop@db/orders?password=kR7-vv2Q',
    'postgresql:///orders?host=db&user=shop&password=kR7-vv2Q',
    'amqp://shop:kR7-vv2Q@one,amqps://shop:kR7-vv2Q@two',
    'amqp://shop:70214986@broker',
    'http://orchestrator:3004',
    'USD',
    '',
  ])('is not %s', (value) => expect(passwordProblem(value)).toBeUndefined());
});
