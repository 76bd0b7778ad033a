import { describe, expect, it } from '@jest/globals';
import { streamLine } from './log-line.js';

describe('the one log stream', () => {
  const json =
    '{"level":"info","time":"2026-11-20T18:40:01.123Z","app":"orchestrator","sagaId":"s1","n":1,"msg":"done"}';

  it('keeps JSON lines for programs, and turns them into sentences on a terminal', () => {
    expect(streamLine('orchestrator', json, false)).toBe(`orchestrator      | ${json}`);
    expect(streamLine('orchestrator', json, true)).toBe(
      'orchestrator      | 18:40:01 INFO  done sagaId=s1 n=1',
    );
  });

  it.each(['plain words', '{"half":', '[1]', '{"no":"message"}'])('leaves %j as it is', (line) => {
    expect(streamLine('app', line, true)).toBe(`app               | ${line}`);
  });
});
