import { fileURLToPath } from 'node:url';
import { migrateOrExit } from '@backstitch/database';
import { loadConfig } from '@backstitch/service-kit';
import { IdentityConfig } from '../config.js';

const folder = fileURLToPath(new URL('../../migrations', import.meta.url));
await migrateOrExit({ url: loadConfig(IdentityConfig, ['DB_URL']).DB_URL, folder });
