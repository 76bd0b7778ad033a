import { describe, expect, it } from '@jest/globals';
import { missingLines, stepsOf } from './readme-script.js';

const README = `# A title

\`\`\`text
docker run something
\`\`\`

Then:

\`\`\`sh
echo one
echo two
\`\`\`

\`\`\`text
one
two
\`\`\`

\`\`\`sh
true
\`\`\`

That was all.

\`\`\`text
of no command
\`\`\`
`;

describe('the commands of a README', () => {
  it('are its blocks of a shell, each with the output that follows at once', () => {
    expect(stepsOf(README)).toEqual([
      { commands: 'echo one\necho two\n', prints: ['one', 'two'] },
      { commands: 'true\n', prints: [] },
    ]);
  });

  it.each([
    [['one', 'three'], []],
    [['three', 'one'], ['one']],
    [['t…e'], []],
    [['on'], ['on']],
    [['(one)'], ['(one)']],
  ])('print the lines that are promised, in their order: %j', (prints, missing) => {
    expect(missingLines('one\ntwo\nthree\n', prints)).toEqual(missing);
  });
});
