import { describe, expect, it } from '@jest/globals';
import { accountForPostgres, accountForRabbit } from './account.js';

const PASSWD = 'root:x:0:0::/root:/bin/sh\nnobody:x:65534:65534::/:/bin/false\n';
const POSTGRES = 'postgres:x:101:104::/:/bin/sh\n';
const RABBITMQ = 'rabbitmq:x:103:106::/:/bin/false\n';

describe('the account a server runs under', () => {
  it('is our own unless we are root', () => {
    expect(accountForPostgres(PASSWD, 1000)).toBeUndefined();
    expect(accountForRabbit(PASSWD, 1000)).toBeUndefined();
  });

  it('is the server’s own for root, else another server’s, else "nobody", never one that is root', () => {
    const postgres = { name: 'postgres', uid: 101, gid: 104 };
    const nobody = { name: 'nobody', uid: 65_534, gid: 65_534 };
    expect(accountForPostgres(PASSWD + POSTGRES, 0)).toEqual(postgres);
    expect(accountForPostgres(PASSWD, 0)).toEqual(nobody);
    expect(accountForRabbit(PASSWD + POSTGRES + RABBITMQ, 0)).toMatchObject({ name: 'rabbitmq' });
    expect(accountForRabbit(PASSWD + POSTGRES, 0)).toEqual(postgres);
    expect(accountForRabbit(`${PASSWD}rabbitmq:x:0:0::/:/bin/sh\n`, 0)).toEqual(nobody);
    expect(() => accountForPostgres('root:x:0:0', 0)).toThrow(/must not run as root/);
  });
});
