import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { DockerfileParser, ModifiableInstruction } from 'dockerfile-ast';
import { projectRoot } from '../servers/project.js';

const text = readFileSync(join(projectRoot(), 'Dockerfile'), 'utf8');
const instructions = DockerfileParser.parse(text).getInstructions();

/** The keyword and the words of each instruction of a stage and of those that it is built on. */
function stage(name: string): string[] {
  const from = instructions.findIndex(
    (one) => one.getKeyword() === 'FROM' && one.getRawArgumentsContent()?.endsWith(` AS ${name}`),
  );
  const base = instructions[from]!.getRawArgumentsContent()!.split(' ')[0]!;
  const next = instructions.findIndex((one, at) => at > from && one.getKeyword() === 'FROM');
  const own = instructions.slice(from + 1, next === -1 ? undefined : next).map(lineOf);
  return base.startsWith('$') ? own : [...stage(base), ...own];
}

function lineOf(one: (typeof instructions)[number]): string {
  const flags = one instanceof ModifiableInstruction ? one.getFlags().map(String) : [];
  return [one.getKeyword(), ...flags, one.getRawArgumentsContent() ?? ''].join(' ');
}

const matching = (lines: readonly string[], pattern: RegExp) =>
  lines.filter((line) => pattern.test(line));

describe('the Dockerfile', () => {
  it('has only instructions that exist', () => {
    const known = /^(ARG|FROM|ENV|RUN|WORKDIR|COPY|USER|HEALTHCHECK|CMD)$/;
    for (const one of instructions) expect(one.getKeyword()).toMatch(known);
  });

  it('is built on one exact version of Node.js 24', () => {
    expect(text).toMatch(/^ARG NODE=node:24\.\d+\.\d+-bookworm-slim$/m);
    const bases = instructions.filter((one) => one.getKeyword() === 'FROM');
    for (const base of bases) {
      expect(base.getRawArgumentsContent()).toMatch(/^(\$\{NODE\}|runtime) AS \w+$/);
    }
  });

  it('fetches the pnpm of package.json, by its hash, and the libraries before the sources', () => {
    const { packageManager } = JSON.parse(
      readFileSync(join(projectRoot(), 'package.json'), 'utf8'),
    ) as { packageManager: string };
    const lines = stage('build');
    const [prepared] = matching(lines, /corepack prepare/);
    expect(prepared).toContain(`${packageManager}+sha512.`);
    expect(prepared).toMatch(/\+sha512\.[0-9a-f]{128} /);
    const at = (pattern: RegExp) => lines.findIndex((line) => pattern.test(line));
    expect(at(/pnpm fetch/)).toBeGreaterThan(-1);
    expect(at(/pnpm fetch/)).toBeLessThan(at(/^COPY \. \.$/));
    expect(matching(lines, /deploy --prod[^]*chmod -R a\+rX,go-w \/deployed/)).toHaveLength(1);
  });

  it.each(['app', 'ops'])(
    'runs %s as an account that owns nothing of it, in production',
    (name) => {
      const lines = stage(name);
      expect(matching(lines, /^USER /).at(-1)).toBe('USER node');
      expect(matching(lines, /^ENV .*NODE_ENV=production/)).toHaveLength(1);
      // The USER at that moment owns a folder that is made.
      const user = lines.indexOf('USER node');
      for (const line of matching(lines, /^(WORKDIR|COPY) /)) {
        expect(lines.indexOf(line)).toBeLessThan(user);
      }
      const copies = matching(lines, /^COPY /);
      expect(copies).toHaveLength(1);
      expect(copies[0]).toMatch(/^COPY --from=build --chown=root:root \/deployed/);
      expect(matching(lines, /^RUN /)).toEqual([]); // nothing is built, fetched or left behind in it
      expect(matching(lines, /^HEALTHCHECK /)).toHaveLength(1);
      expect(matching(lines, /^CMD \[/)).toHaveLength(1);
    },
  );
});
