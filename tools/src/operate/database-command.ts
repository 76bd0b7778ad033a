/**
 * `node …/database-command.js <app> <program> [words]`: what `pnpm --filter=<app> db:…` runs. Finds the
 * database that is meant, says which one it is, and runs the program on it, as DB_URL.
 */
import { readFileSync } from 'node:fs';
import { Argument, Command } from 'commander';
import { becomeProgram } from '../commands/become-program.js';
import { withoutPassword } from '../servers/configured-servers.js';
import { runningSystems } from '../servers/running-systems.js';
import { type AppName, appNamed, DATABASE_OWNERS } from '../apps/apps.js';
import { ownSettings } from '../start/own-settings.js';
import { askedOfRunning, type Asked } from './asked-system.js';

/** The variable, else the running system of this folder, else the app's own settings. */
function databaseOf(app: AppName, database: string): Asked<string> {
  const { DB_URL, DB_URL_FILE } = process.env;
  if (DB_URL?.trim()) return { address: DB_URL.trim(), because: 'DB_URL' };
  if (DB_URL_FILE?.trim()) {
    const address = readFileSync(DB_URL_FILE.trim(), 'utf8').trim();
    return { address, because: 'DB_URL_FILE' };
  }
  const systems = runningSystems();
  if (systems.length > 0)
    return askedOfRunning(systems, (one) => one.databases[database]!, 'DB_URL');
  const { databaseUrl, fromFile } = ownSettings(app);
  const place = fromFile ? `apps/${app}/.env` : 'the usual place';
  return { address: databaseUrl!, because: `nothing of this folder runs: ${place}` };
}

const names = DATABASE_OWNERS.map((one) => one.name);
new Command('database-command')
  .addArgument(new Argument('<app>', 'whose database it is').choices(names))
  .argument('<program>', 'what is run on it')
  .argument('[words...]', "the program's own")
  .passThroughOptions()
  .action((name: AppName, program: string, words: string[], _options, command: Command) => {
    const asked = databaseOf(name, appNamed(name).database!);
    if ('wrong' in asked) command.error(asked.wrong, { exitCode: 2 });
    console.error(`asking ${withoutPassword(asked.address)} (${asked.because})`);
    const { DB_URL_FILE: _file, ...given } = process.env;
    const env = { ...given, DB_URL: asked.address };
    becomeProgram(program === 'node' ? process.execPath : program, words, { env });
  })
  .parse();
