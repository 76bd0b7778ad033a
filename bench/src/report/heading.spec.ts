import { describe, expect, it } from '@jest/globals';
import { benchOptions } from '../options.js';
import { heading } from './heading.js';

const AROUND = {
  machine: '2 × A CPU, 8 GiB, Linux 6.1',
  node: 'v20.20.0',
  postgres: '15.8 (private)',
  postgresSettings: { fsync: 'on', synchronous_commit: 'on' },
  rabbitmq: '3.10.8 on Erlang 25 (private)',
  fdatasyncUs: 30,
};

describe('heading', () => {
  it('says on what, and with which guarantees of the disk, it was measured', () => {
    const text = heading(AROUND, benchOptions([]));
    expect(text).toContain('machine      2 × A CPU, 8 GiB, Linux 6.1');
    expect(text).toContain('fsync on, synchronous_commit on');
    expect(text).toContain('fdatasync of 8 kB takes 30 µs');
    expect(text).toContain('3 × 15 s each, in turn; 2 lines an order, 1000 products');
  });

  it('says of how many users the tokens are, when checkouts carry any', () => {
    const text = heading(AROUND, benchOptions(['--tokens', '50']));
    expect(text).toContain('backstitch with access tokens of 50 users');
    expect(heading(AROUND, benchOptions([]))).not.toContain('tokens');
  });

  it('says so when the disk could not be asked', () => {
    const { fdatasyncUs: _, ...around } = AROUND;
    expect(heading(around, benchOptions([]))).toContain('disk         unknown');
  });
});
