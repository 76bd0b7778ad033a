import { describe, expect, it } from '@jest/globals';
import { byVhost, queueVhosts, queueVhostsProblem, urlsOfVhost } from './queue-vhosts.js';

describe('RABBITMQ_VHOSTS', () => {
  it('names a virtual host for each queue; other queues stay where RABBITMQ_URL leads', () => {
    const vhosts = queueVhosts('order_commands=orders, payment_commands=pay/1');
    expect(byVhost(['order_commands', 'inventory_commands', 'payment_commands'], vhosts)).toEqual([
      { vhost: 'orders', queues: ['order_commands'] },
      { vhost: undefined, queues: ['inventory_commands'] },
      { vhost: 'pay/1', queues: ['payment_commands'] },
    ]);
    expect(byVhost(['a', 'b'], queueVhosts(''))).toEqual([
      { vhost: undefined, queues: ['a', 'b'] },
    ]);
  });

  it.each(['order_commands', 'order_commands=', '=orders', 'a=b=c', 'a=b,a=c'])(
    'is refused when it is "%s"',
    (text) => expect(queueVhostsProblem(text)).toBeDefined(),
  );

  it('is accepted when it is empty or a list', () => {
    expect(queueVhostsProblem('')).toBeUndefined();
    expect(queueVhostsProblem('a=b, c=b')).toBeUndefined();
  });

  it('keeps the rest of each address of a cluster', () => {
    expect(
      urlsOfVhost(['amqps://o:p%40@one:5671?heartbeat=9', 'amqp://o:p@two/x'], 'pay/1'),
    ).toEqual(['amqps://o:p%40@one:5671/pay%2F1?heartbeat=9', 'amqp://o:p@two/pay%2F1']);
  });
});
