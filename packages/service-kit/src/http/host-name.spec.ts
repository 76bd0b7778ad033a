import { describe, expect, it } from '@jest/globals';
import { addressOf, hostNameOf, isLoopback } from './host-name.js';

describe('a host as it is named in a request', () => {
  it.each([
    ['localhost', { name: 'localhost', port: undefined }],
    ['LocalHost:3004', { name: 'localhost', port: 3004 }],
    ['localhost.', { name: 'localhost', port: undefined }],
    ['localhost.:80', { name: 'localhost', port: 80 }],
    ['10.0.0.7:3004', { name: '10.0.0.7', port: 3004 }],
    ['[::1]:3004', { name: '::1', port: 3004 }],
    ['[0:0:0:0:0:0:0:1]', { name: '::1', port: undefined }],
    ['orders_api.shop-1.internal', { name: 'orders_api.shop-1.internal', port: undefined }],
    ['shop:', { name: 'shop', port: undefined }],
  ])('is read whatever its spelling: %s', (text, host) => expect(hostNameOf(text)).toEqual(host));

  it.each([
    '',
    '.',
    ':3004',
    'user@localhost',
    'localhost@evil.example',
    'localhost/evil',
    'localhost#.evil.example',
    'local host',
    'localhost,evil.example',
    '%6cocalhost',
    'localhost:x',
    'localhost:123456',
    '::1',
    '[::1',
    '[::1]evil',
    '[1]',
    'http://localhost',
    'l\u00f6calhost',
  ])('is not guessed at when it is no host: %j', (text) =>
    expect(hostNameOf(text)).toBeUndefined(),
  );

  it('is a loopback one by its name or address, and by nothing that looks like it', () => {
    for (const name of ['localhost', '127.0.0.1', '127.3.2.1', '::1']) {
      expect(isLoopback(name)).toBe(true);
    }
    const others = ['localhost.evil.example', '127.0.0.1.evil.example', '2130706433', '0.0.0.0'];
    for (const name of others) expect(isLoopback(name)).toBe(false);
  });

  it('is the same address when a socket of both families says it', () => {
    expect(addressOf('::ffff:10.0.0.7')).toBe('10.0.0.7');
    expect(addressOf('fe80::1')).toBe('fe80::1');
  });
});
