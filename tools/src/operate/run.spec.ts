import { describe, expect, it } from '@jest/globals';
import type { RunningSystem } from '../servers/running-systems.js';
import { CommandLine } from './run.js';

describe('CommandLine', () => {
  it('says that ORCHESTRATOR_URL is no address, and that it could not ask', async () => {
    const said: string[] = [];
    const say = (text: string): void => void said.push(text);
    const env = { ORCHESTRATOR_URL: 'nonsense' };
    const terminal = { env, out: say, err: say, systems: () => [] };
    const line = new CommandLine('things', 'Things.', terminal);
    line.query('list', 'all things').action(() => line.operating.show({}, () => ['things']));
    expect(await line.run(['list'])).toBe(2);
    expect(said).toEqual(['error: ORCHESTRATOR_URL "nonsense" is not an http address.']);
  });

  const system: RunningSystem = {
    command: 'npm start',
    owner: { pid: 7, startedAt: '' },
    apiUrl: 'http://127.0.0.1:8100',
    orchestratorUrl: 'http://127.0.0.1:8104',
    databases: {},
  };
  const asking = async (env: NodeJS.ProcessEnv, systems: RunningSystem[], ...words: string[]) => {
    const told = { out: [] as string[], err: [] as string[] };
    const terminal = {
      env,
      out: (text: string) => void told.out.push(text),
      err: (text: string) => void told.err.push(text),
      systems: () => systems,
    };
    const line = new CommandLine('things', 'Things.', terminal);
    line.query('list', 'all things').action(() => line.operating.show({ n: 1 }, () => ['things']));
    return { code: await line.run([...words, 'list']), ...told };
  };

  it('asks the system that runs from this folder, and says so beside its answer', async () => {
    const { code, out, err } = await asking({}, [system], '--json');
    expect([code, JSON.parse(out.join())]).toEqual([0, { n: 1 }]);
    expect(err).toEqual([
      'asking the orchestrator at http://127.0.0.1:8104 (`npm start` of this folder, process 7)',
    ]);
  });

  it('asks another system when the caller names it, and says so', async () => {
    const named = { ORCHESTRATOR_URL: 'http://one:1, http://two:2' };
    const byVariable = await asking(named, [system]);
    expect(byVariable.err).toEqual(['asking the orchestrator at http://one:1 (ORCHESTRATOR_URL)']);
    const byOption = await asking(named, [system], '--url', 'http://three:3');
    expect(byOption.err).toEqual(['asking the orchestrator at http://three:3 (--url)']);
  });

  it('asks the gateway with OPERATOR_TOKEN, never another orchestrator that is named', async () => {
    const env = { OPERATOR_TOKEN: 'a.b.c', ORCHESTRATOR_URL: 'http://one:1' };
    const { err } = await asking(env, [system]);
    expect(err).toEqual([
      'asking the gateway at http://127.0.0.1:8100 (`npm start` of this folder, process 7)',
    ]);
    const named = await asking(env, [system], '--url', 'https://shop.example');
    expect(named.err).toEqual(['asking the gateway at https://shop.example (--url)']);
  });

  it('says that nothing runs instead of asking what happens to be at the usual place', async () => {
    const { code, out, err } = await asking({}, []);
    expect([code, out]).toEqual([2, []]);
    expect(err.join()).toMatch(/Nothing runs/);
  });
});
