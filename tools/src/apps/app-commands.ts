import { runCommand } from '../servers/run-command.js';
import { appFile, appFolder, type AppName, DATABASE_OWNERS, type DatabaseName } from './apps.js';

/** An app's own program for its database failed; the message says which one, and what it said. */
export class AppCommandFailed extends Error {}

/** Runs what an app brings for its database: its migrations, or its demo data. */
export async function runAppCommand(
  app: AppName,
  command: 'migrate' | 'seed',
  env: NodeJS.ProcessEnv & { DB_URL: string },
): Promise<void> {
  const file = `database/${command}.js`;
  const { code, output } = await runCommand(process.execPath, [appFile(app, file)], {
    cwd: appFolder(app),
    env: { PATH: process.env.PATH, ...env },
  });
  if (code !== 0) throw new AppCommandFailed(`${app}: ${file} failed:\n${output.trim()}`);
}

/** Brings every database of a system to the current schema, making it if it does not exist. */
export async function migrateAll(
  databaseUrl: (database: DatabaseName) => string,
  env: NodeJS.ProcessEnv = {},
): Promise<void> {
  await Promise.all(
    DATABASE_OWNERS.map(({ name, database }) =>
      runAppCommand(name, 'migrate', { ...env, DB_URL: databaseUrl(database) }),
    ),
  );
}
