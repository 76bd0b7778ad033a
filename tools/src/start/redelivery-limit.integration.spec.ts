import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { liftRedeliveryLimit } from './redelivery-limit.js';

const AMQP = 'amqp://me:secret@broker/shop%2Fone';

describe('the limit of redeliveries', () => {
  let server: Server | undefined;
  afterEach(() => void server?.close());

  /** The two answers of a broker's management API that matter; no RabbitMQ 4 is at hand. */
  async function management(version: string, policyStatus: number) {
    const asked: { line: string; body: string; authorization: string | undefined }[] = [];
    server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk) => (body += chunk));
      request.on('end', () => {
        const { method, url, headers } = request;
        asked.push({ line: `${method} ${url}`, body, authorization: headers.authorization });
        response.statusCode = method === 'PUT' ? policyStatus : 200;
        response.end(method === 'PUT' ? '' : JSON.stringify({ rabbitmq_version: version }));
      });
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    return { asked, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
  }

  it('is lifted by a policy of the quorum queues of a RabbitMQ 4', async () => {
    const { asked, url } = await management('4.3.0', 201);
    expect(await liftRedeliveryLimit(url, AMQP)).toBe(true);
    const { line, body, authorization } = asked[1]!;
    expect(line).toBe('PUT /api/policies/shop%2Fone/backstitch-unlimited-redelivery');
    expect(authorization).toBe(`Basic ${btoa('me:secret')}`);
    const policy = JSON.parse(body) as { pattern: string };
    expect(policy).toMatchObject({
      definition: { 'delivery-limit': -1 },
      'apply-to': 'quorum_queues',
    });
    expect('payment_commands').toMatch(new RegExp(policy.pattern));
    expect('payment_commands.dead').toMatch(new RegExp(policy.pattern));
  });

  it('stays in force with a word when the broker refuses the policy, or does not answer', async () => {
    const { url } = await management('4.3.0', 401);
    await expect(liftRedeliveryLimit(url, AMQP)).rejects.toThrow(/refused/);
    await expect(liftRedeliveryLimit('http://127.0.0.1:1', AMQP)).rejects.toThrow(/no management/);
  });

  it('is not there in RabbitMQ 3, which is left as it is', async () => {
    const { asked, url } = await management('3.10.8', 201);
    expect(await liftRedeliveryLimit(url, AMQP)).toBe(false);
    expect(asked).toHaveLength(1);
    const [real, amqp] = [
      process.env['TEST_RABBITMQ_MANAGEMENT_URL']!,
      process.env['TEST_RABBITMQ_URL']!,
    ];
    expect(await liftRedeliveryLimit(real, amqp)).toBe(false);
  });
});
