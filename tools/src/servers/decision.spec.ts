import { describe, expect, it } from '@jest/globals';
import { decide, type Decision, type ServerProbes, type ServerWish, type Way } from './decision.js';
import type { LoginAnswer } from './logins.js';

const WISH: ServerWish = {
  name: 'RabbitMQ',
  variable: 'RABBITMQ_URL',
  address: 'amqp://admin@localhost:5672',
  addressGiven: false,
  privateOnly: false,
};

const welcome: LoginAnswer = { kind: 'welcome' };
const absent: LoginAnswer = { kind: 'absent' };
const refused: LoginAnswer = { kind: 'refused', why: 'ACCESS_REFUSED' };

interface Machine {
  login?: LoginAnswer;
  docker?: boolean;
  programs?: boolean;
  apt?: boolean;
}

/** Probes of a machine that has what is named, and notes what was asked. */
function probesOf({ login = absent, docker, programs, apt }: Machine) {
  const asked: string[] = [];
  const obstacle = (name: string, there: boolean | undefined) => async () => {
    asked.push(name);
    return there ? undefined : `no ${name} here`;
  };
  const probes: ServerProbes = {
    login: async () => {
      asked.push('login');
      return login;
    },
    composeObstacle: obstacle('docker', docker),
    binariesObstacle: obstacle('programs', programs),
    installObstacle: obstacle('apt', apt),
  };
  return { probes, asked };
}

const everything: Machine = { docker: true, programs: true, apt: true };

describe('how npm start comes by a server', () => {
  it.each<[string, Machine, Partial<ServerWish>, Decision['way'], string]>([
    // the machine              has                                   asked for              way           after asking
    ['a running server', { ...everything, login: welcome }, {}, 'running', 'login'],
    ['a given running server', { login: welcome }, { addressGiven: true }, 'running', 'login'],
    ['a Docker engine', everything, {}, 'compose', 'login docker'],
    [
      'another server on the port',
      { ...everything, login: refused },
      {},
      'compose',
      'login docker',
    ],
    ['programs', { programs: true, apt: true }, {}, 'private', 'login docker programs'],
    ['apt and rights', { apt: true }, {}, 'install', 'login docker programs apt'],
    ['nothing', {}, {}, 'impossible', 'login docker programs apt'],
    ['a given dead server', everything, { addressGiven: true }, 'impossible', 'login'],
    ['a test', { ...everything, login: welcome }, { privateOnly: true }, 'private', 'programs'],
  ])('with %s: asks no more than it must', async (_what, machine, wish, way, order) => {
    const { probes, asked } = probesOf(machine);
    expect((await decide({ ...WISH, ...wish }, probes)).way).toBe(way);
    expect(asked.join(' ')).toBe(order);
  });

  it('goes the next way when one turned out blocked', async () => {
    const failed = new Map<Way, string>([['compose', 'no image']]);
    expect(await decide(WISH, probesOf(everything).probes, failed)).toEqual({ way: 'private' });
    failed.set('private', 'no room').set('install', 'no network');
    const end = await decide(WISH, probesOf(everything).probes, failed);
    expect(end.way).toBe('impossible');
    for (const why of ['no image', 'no room', 'no network']) {
      expect(end).toMatchObject({ why: expect.stringContaining(why) });
    }
  });

  it('never replaces a server that was asked for by name; says why it cannot be used', async () => {
    const { probes } = probesOf({ ...everything, login: refused });
    const decision = await decide({ ...WISH, addressGiven: true }, probes);
    expect(decision).toEqual({
      way: 'impossible',
      why: expect.stringMatching(/RABBITMQ_URL names RabbitMQ at .* ACCESS_REFUSED/),
    });
  });

  it('says everything it tried, and what would help, when nothing is left', async () => {
    const decision = await decide(WISH, probesOf({}).probes);
    const { why } = decision as Extract<Decision, { why: string }>;
    for (const part of [
      'no server answers',
      'no docker',
      'no programs',
      'no apt',
      'RABBITMQ_URL',
    ]) {
      expect(why).toContain(part);
    }
  });
});
