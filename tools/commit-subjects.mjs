#!/usr/bin/env node
/** Checks the subjects of the commits since BASE: `node tools/commit-subjects.mjs BASE`. */
import { execFileSync } from 'node:child_process';

const TYPES = ['feat', 'fix', 'perf', 'refactor', 'test', 'docs', 'build', 'ci'];
const SUBJECT = new RegExp(`^(${TYPES.join('|')})(\\([a-z0-9-]+\\))?: [a-z].*[^.]$`);
const LENGTH_MAX = 100;

const [base] = process.argv.slice(2);
if (base === undefined) {
  console.error('usage: node tools/commit-subjects.mjs BASE');
  process.exit(2);
}
const range = ['log', '--no-merges', '--format=%h %s', `${base}..HEAD`];
const lines = execFileSync('git', range, { encoding: 'utf8' }).split('\n').filter(Boolean);
const wrong = lines.filter((line) => {
  const subject = line.slice(line.indexOf(' ') + 1);
  return !SUBJECT.test(subject) || subject.length > LENGTH_MAX;
});
for (const line of wrong) console.error(line);
if (wrong.length > 0) {
  console.error(
    `\nA subject is "type(scope): what", in lower case, in the imperative, without a full`,
  );
  console.error(
    `stop, of at most ${LENGTH_MAX} characters. The type is one of ${TYPES.join(', ')}.`,
  );
  process.exit(1);
}
console.log(`${lines.length} commits, all with a subject as it should be`);
