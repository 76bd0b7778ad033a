import { describe, expect, it } from '@jest/globals';
import { configuredAddresses, databaseUrl, USUAL, withoutPassword } from './configured-servers.js';

describe('where the servers are', () => {
  const remembered = {
    databaseServerUrl: 'postgresql://postgres:1111@127.0.0.1:20001',
    rabbitmqUrl: 'amqp://admin:admin@127.0.0.1:20002',
    managementUrl: 'http://127.0.0.1:20003',
  };

  it('is what the environment says, else what the last start said, else the usual place', () => {
    const env = {
      DATABASE_SERVER_URL: 'postgresql://me:pw@db:6000',
      RABBITMQ_URL: 'amqp://a:b@mq',
    };
    expect(configuredAddresses(env, remembered)).toEqual({
      databaseServerUrl: env.DATABASE_SERVER_URL,
      rabbitmqUrl: env.RABBITMQ_URL,
      managementUrl: 'http://mq:15672',
    });
    expect(configuredAddresses({}, remembered)).toEqual(remembered);
    expect(configuredAddresses({ RABBITMQ_URL: '' })).toEqual(USUAL);
  });

  it('keeps what else a database address says', () => {
    const server = 'postgresql://me:p%40ss@db:6000/?sslmode=require';
    expect(databaseUrl(server, 'orders')).toBe(
      'postgresql://me:p%40ss@db:6000/orders?sslmode=require',
    );
  });

  it('is shown without passwords', () => {
    const list = 'amqp://admin:secret@one:5672,amqp://admin:secret@two';
    expect(withoutPassword(list)).toBe('amqp://admin@one:5672,amqp://admin@two');
    expect(withoutPassword('http://one:5672')).toBe('http://one:5672');
    expect(withoutPassword('postgresql://one/a?user=me&password=secret&x=1')).toBe(
      'postgresql://one/a?user=me&password=…&x=1',
    );
  });
});
