import { describe, expect, it } from '@jest/globals';
import { assert, ipV4, ipV6, oneof, property, string } from 'fast-check';
import { addressRanges } from '../config/address-ranges.js';
import { budgetOf, clientAddress } from './client-address.js';

const TRUSTED = addressRanges('10.0.0.0/8, 127.0.0.1, fd00::/8');

const clientOf = (peer: string, forwardedFor?: string, trusted = TRUSTED) =>
  clientAddress({ peer, forwardedFor }, trusted);

describe('the client of a request', () => {
  it.each([
    //  peer               X-Forwarded-For                       client
    ['192.0.2.1', undefined, '192.0.2.1'],
    ['192.0.2.1', '198.51.100.9', '192.0.2.1'],
    ['10.0.0.1', undefined, '10.0.0.1'],
    ['10.0.0.1', '', '10.0.0.1'],
    ['10.0.0.1', '198.51.100.9', '198.51.100.9'],
    ['127.0.0.1', '1.1.1.1, 2.2.2.2', '2.2.2.2'],
    ['127.0.0.1', '1.1.1.1,2.2.2.2,10.1.2.3', '2.2.2.2'],
    ['127.0.0.1', '10.1.2.3, 10.3.2.1', '10.1.2.3'],
    ['127.0.0.1', '1.1.1.1, unknown', '127.0.0.1'],
    ['127.0.0.1', '1.1.1.1, , 10.1.2.3', '10.1.2.3'],
    ['127.0.0.1', '1.1.1.1, 192.0.2.1:4711', '192.0.2.1'],
    ['127.0.0.1', '[2001:db8::1]:4711', '2001:db8::1'],
    ['127.0.0.1', '[2001:db8::1]', '2001:db8::1'],
    ['127.0.0.1', '2001:DB8:0::1', '2001:db8::1'],
    ['127.0.0.1', '0x7f.1, 010.0.0.1', '127.0.0.1'],
    ['::ffff:127.0.0.1', '::ffff:198.51.100.9', '198.51.100.9'],
    ['fd00::1', '198.51.100.9', '198.51.100.9'],
    ['fe00::1', '198.51.100.9', 'fe00::1'],
  ])('from %s with "%s" is %s', (peer, forwardedFor, client) => {
    expect(clientOf(peer, forwardedFor)).toBe(client);
  });

  it('is the peer whatever is forwarded while no proxy is trusted', () => {
    assert(
      property(ipV4(), string(), (peer, forwardedFor) => {
        expect(clientOf(peer, forwardedFor, [])).toBe(peer);
      }),
    );
  });

  it('is never a hop before the last one that is not trusted', () => {
    const forged = oneof(ipV4(), ipV6(), string());
    assert(
      property(forged, (hop) => {
        expect(clientOf('127.0.0.1', `${hop}, 2.2.2.2, 10.9.9.9`)).toBe('2.2.2.2');
      }),
    );
  });

  it('is found in 16 KB of hops', () => {
    expect(clientOf('127.0.0.1', '10.1.1.1,'.repeat(1_800) + '10.1.1.1')).toBe('10.1.1.1');
  });

  it('that has no address is unknown', () => {
    expect(clientAddress({ peer: undefined, forwardedFor: '1.1.1.1' }, TRUSTED)).toBe('unknown');
  });
});

describe('the budget of a client', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:1:2::', '2001:db8:1:2::/64'],
    ['2001:db8:1:3::1', '2001:db8:1:3::/64'],
    ['unknown', 'unknown'],
  ])('of %s is that of %s', (client, budget) => {
    expect(budgetOf(client)).toBe(budget);
  });

  it('of an IPv4-mapped address is that of the IPv4 address', () => {
    expect(budgetOf(clientOf('::ffff:192.0.2.1'))).toBe('192.0.2.1');
  });
});

describe('a list of address ranges', () => {
  it.each([
    ['::ffff:10.0.0.0/104', '10.9.9.9'],
    ['::/0', '2001:db8::1'],
    ['0.0.0.0/0', '8.8.8.8'],
  ])('"%s" holds %s', (list, address) => {
    expect(clientOf(address, '192.0.2.1', addressRanges(list))).toBe('192.0.2.1');
  });

  it.each([
    '10.0.0',
    '10.0.0.1/33',
    '::/129',
    '10.0.0.0/',
    '10.0.0.0/8/8',
    'proxy',
    '0x7f.1',
    '10/8',
  ])('refuses "%s"', (text) => {
    expect(() => addressRanges(`10.0.0.1, ${text}`)).toThrow(`"${text}" is neither`);
  });
});
