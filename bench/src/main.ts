/** `pnpm bench`. */
import { AppCommandFailed, exitWith, interruptibly } from '@backstitch/tools';
import { bench } from './bench.js';
import { CannotMeasure } from './errors.js';
import { issueAccessTokens } from './load/access-tokens.js';
import { benchOptions } from './options.js';
import { profile } from './profile/profile.js';

const say = (line: string) => console.error(`bench  ${line}`);

async function main(): Promise<number> {
  const options = benchOptions(process.argv.slice(2));
  const wrong = await interruptibly(say, async ({ stop, cleanup }) => {
    const { tokens: users } = options;
    const tokens = users === undefined ? undefined : await issueAccessTokens(users, cleanup);
    const command = { options, say, stop, cleanup, env: process.env, tokens };
    return options.profile ? profile(command, options.profile) : bench(command);
  });
  return wrong && wrong.length > 0 ? 1 : 0;
}

exitWith(main(), { failed: 1, interrupted: 130, expected: [CannotMeasure, AppCommandFailed] });
