import { describe, expect, it } from '@jest/globals';
import type { FastifyRequest } from 'fastify';
import { AllowedHosts, hostRules } from './allowed-hosts.js';

interface Arrival {
  hosts?: string[];
  listening?: string[];
  /** The address at which the request arrived. */
  at?: string;
  url?: string;
}

function answers(host: string | undefined, { hosts = [], listening, at, url }: Arrival = {}) {
  const allowed = new AllowedHosts(hostRules(hosts, listening ?? ['127.0.0.1']));
  const socket = { localAddress: at ?? '127.0.0.1', localPort: 3004 };
  const raw = { url: url ?? '/sagas', headers: { host }, socket };
  return allowed.refusalOf({ raw } as unknown as FastifyRequest)?.status ?? 200;
}

describe('an app answers', () => {
  it.each(['localhost', 'LOCALHOST:3004', 'localhost.', '127.0.0.1:9', '[::1]:3004', '127.0.0.2'])(
    'to loopback names and addresses without being told to: %s',
    (host) => expect(answers(host)).toBe(200),
  );

  it('to the names it is told, at the port it is told', () => {
    const hosts = ['shop.internal', 'api.shop.internal:8443', '[fd00::7]', 'here:3004'];
    expect(answers('Shop.Internal.', { hosts })).toBe(200);
    expect(answers('shop.internal:1', { hosts })).toBe(200);
    expect(answers('api.shop.internal:8443', { hosts })).toBe(200);
    expect(answers('[FD00:0::7]:3004', { hosts })).toBe(200);
    expect(answers('here', { hosts })).toBe(200);
    expect(answers('api.shop.internal:8444', { hosts })).toBe(421);
    expect(answers('api.shop.internal', { hosts })).toBe(421);
    expect(answers('evil.shop.internal', { hosts })).toBe(421);
    expect(answers('localhost', { hosts })).toBe(200);
  });

  it('to the names and addresses it listens on', () => {
    expect(answers('orders.internal:3001', { listening: ['orders.internal'] })).toBe(200);
    expect(answers('[fd00::1]:3001', { listening: ['127.0.0.1', 'fd00::1'] })).toBe(200);
    expect(answers('0.0.0.0', { listening: ['0.0.0.0'] })).toBe(421);
  });

  it('to the address at which a probe found it, and to no other address', () => {
    const listening = ['0.0.0.0'];
    expect(answers('10.1.2.3:3004', { listening, at: '10.1.2.3' })).toBe(200);
    expect(answers('10.1.2.3:3004', { listening, at: '::ffff:10.1.2.3' })).toBe(200);
    expect(answers('[fd00::7]', { listening, at: 'fd00::7' })).toBe(200);
    expect(answers('10.1.2.4:3004', { listening, at: '10.1.2.3' })).toBe(421);
  });

  it('to every host when it is configured so, and to a request without a host then too', () => {
    expect(answers('evil.example', { hosts: ['*'] })).toBe(200);
    expect(answers(undefined, { hosts: ['shop', '*'] })).toBe(200);
  });

  it.each([
    [undefined],
    [''],
    ['evil.example'],
    ['evil.example:3004'],
    ['EVIL.example.'],
    ['localhost.evil.example'],
    ['127.0.0.1.evil.example'],
    ['localhost@evil.example'],
    ['evil.example@localhost'],
    ['localhost, evil.example'],
    ['localhost evil.example'],
    ['localhost:3004:3004'],
    ['2130706433'],
    ['0x7f.1'],
    ['[::ffff:evil]'],
    ['null'],
    ['*'],
  ])('421 to a request that names %j', (host) => expect(answers(host)).toBe(421));

  it.each([
    ['http://evil.example/sagas', 'localhost', 421],
    ['HTTP://evil.example:3004/sagas', 'localhost', 421],
    ['http://localhost@evil.example/sagas', 'localhost', 421],
    ['http://evil.example?/sagas', 'localhost', 421],
    ['http:///sagas', 'localhost', 421],
    ['http://localhost:3004/sagas', 'evil.example', 421],
    ['http://localhost:3004/sagas', 'localhost', 200],
    ['/sagas?next=http://evil.example/', 'localhost', 200],
  ])('%s with the host %s: %i', (url, host, status) => expect(answers(host, { url })).toBe(status));
});
