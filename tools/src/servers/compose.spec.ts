import { describe, expect, it } from '@jest/globals';
import { composeObstacle, composeStop, composeUp, composeWipe, type Run } from './compose.js';

/** A machine on which these command lines work (by their beginning), and no others. */
function machine(answers: Record<string, string>) {
  const ran: string[] = [];
  const run: Run = async (program, parameters) => {
    const line = [program, ...parameters].join(' ');
    ran.push(line);
    const known = Object.keys(answers).find((beginning) => line.startsWith(beginning));
    if (known !== undefined) return { code: 0, ...saying(answers[known] ?? '') };
    return { code: program === 'docker' ? 1 : 127, ...saying('no') };
  };
  return { run, ran };
}

const saying = (text: string) => ({ stdout: text, stderr: '', output: text });
const everywhereFree = async () => true;

describe('Docker Compose', () => {
  const engine = { 'docker info': 'Server Version: 27', 'docker compose': '' };

  it.each<[string, Record<string, string>, boolean, string | undefined]>([
    ['an engine with Compose', engine, true, undefined],
    ['the older program', { 'docker info': '', 'docker-compose version': '' }, true, undefined],
    ['no engine', { 'docker compose': '' }, true, 'no Docker engine answers'],
    [
      'an old client without an engine',
      { 'docker info': 'Cannot connect to the Docker daemon' },
      true,
      'no Docker engine answers',
    ],
    ['no Compose', { 'docker info': '' }, true, 'no Compose'],
    ['a taken port', engine, false, 'port 5432 is taken'],
  ])('on a machine with %s', async (_what, answers, free, obstacle) => {
    const found = await composeObstacle([5432], machine(answers).run, async () => free);
    if (obstacle === undefined) expect(found).toBeUndefined();
    else expect(found).toContain(obstacle);
  });

  it('is not even asked further when docker is not installed', async () => {
    const run: Run = async () => ({ code: 127, ...saying('') });
    expect(await composeObstacle([], run, everywhereFree)).toBe('docker is not installed');
  });

  it('starts, stops and wipes one service of our file', async () => {
    const { run, ran } = machine(engine);
    await composeUp('postgres', run);
    await composeStop('postgres', run);
    await composeWipe('postgres', run);
    expect(ran.filter((line) => !line.endsWith('version'))).toEqual([
      expect.stringMatching(/^docker compose -f \S+docker-compose.yaml up -d --wait postgres$/),
      expect.stringMatching(/^docker compose -f \S+ stop postgres$/),
      expect.stringMatching(/^docker compose -f \S+ rm --stop --force postgres$/),
      'docker volume rm --force backstitch-postgres-18',
    ]);
  });

  it("fails with Docker's own words", async () => {
    await expect(composeUp('postgres', machine({}).run)).rejects.toThrow('no');
  });
});
