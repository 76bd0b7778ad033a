import { describe, expect, it } from '@jest/globals';
import { withSecretFiles } from './secret-files.js';

const FILES: Record<string, string> = {
  '/run/db': 'postgresql://shop:x1@db/orders\n',
  '/run/dos': 'amqp://shop:x1@broker\r\n',
  '/run/spaces': ' two \n\n',
  '/run/empty': '\n',
};
const read = (file: string): string => {
  const content = FILES[file];
  if (content === undefined) throw Object.assign(new Error('no such file'), { code: 'ENOENT' });
  return content;
};
const resolved = (environment: Record<string, string>) =>
  withSecretFiles(['DB_URL', 'RABBITMQ_URL', 'PORT'], environment, read);

describe('a secret in a file', () => {
  it('takes the place of its variable, without the end of its line', () => {
    const { environment, problems } = resolved({
      DB_URL_FILE: '/run/db',
      RABBITMQ_URL_FILE: ' /run/dos ',
    });
    expect(problems).toEqual([]);
    expect(environment).toMatchObject({
      DB_URL: 'postgresql://shop:x1@db/orders',
      RABBITMQ_URL: 'amqp://shop:x1@broker',
    });
    expect(resolved({ DB_URL_FILE: '/run/spaces' }).environment.DB_URL).toBe(' two \n');
  });

  it('is refused beside the same secret in the environment', () => {
    const { problems } = resolved({ DB_URL: 'postgresql://a:b@c', DB_URL_FILE: '/run/db' });
    expect(problems).toEqual(['DB_URL and DB_URL_FILE are both set: set one of them']);
  });

  it('is refused, and its file named, when it cannot be read or is empty', () => {
    expect(
      resolved({ DB_URL_FILE: '/run/none', RABBITMQ_URL_FILE: '/run/empty' }).problems,
    ).toEqual([
      'DB_URL_FILE names /run/none, which cannot be read (ENOENT)',
      'RABBITMQ_URL_FILE names /run/empty, which is empty',
    ]);
  });

  it('is not read where a variable has none, or is empty', () => {
    const environment = { PORT_FILE: '/run/none', DB_URL_FILE: ' ', DB_URL: 'postgresql://a:b@c' };
    expect(resolved(environment)).toEqual({ environment, problems: [] });
  });
});
