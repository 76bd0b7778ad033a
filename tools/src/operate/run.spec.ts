import { describe, expect, it } from '@jest/globals';
import { CommandLine } from './run.js';

describe('CommandLine', () => {
  it('says that ORCHESTRATOR_URL is no address, and that it could not ask', async () => {
    const said: string[] = [];
    const say = (text: string): void => void said.push(text);
    const env = { ORCHESTRATOR_URL: 'nonsense' };
    const line = new CommandLine('things', 'Things.', { env, out: say, err: say });
    line.look('list', 'all things').action(() => line.operating.show({}, () => ['things']));
    expect(await line.run(['list'])).toBe(2);
    expect(said).toEqual(['error: ORCHESTRATOR_URL "nonsense" is no http address.']);
  });
});
