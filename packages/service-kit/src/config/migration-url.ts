import { IsOptional } from 'class-validator';
import { AppConfig, IsUrlVariable } from './app-config.js';
import { loadConfig } from './load-config.js';

class MigrationConfig extends AppConfig {
  @IsOptional()
  @IsUrlVariable(['postgresql:', 'postgres:'])
  MIGRATION_DB_URL?: string = undefined;
}

/**
 * The address by which an app's migrations are run: MIGRATION_DB_URL, whose user owns the database,
 * else DB_URL. The app itself never reads the first one. Prints every problem and exits with 1.
 */
export function migrationUrl(ConfigClass: new () => AppConfig & { DB_URL: string }): string {
  const { MIGRATION_DB_URL } = loadConfig(MigrationConfig, ['MIGRATION_DB_URL']);
  return MIGRATION_DB_URL ?? loadConfig(ConfigClass, ['DB_URL']).DB_URL;
}
