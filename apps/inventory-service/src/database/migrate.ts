import { fileURLToPath } from 'node:url';
import { migrateOrExit } from '@backstitch/database';
import { loadConfig } from '@backstitch/service-kit';
import { InventoryConfig } from '../config.js';

const folder = fileURLToPath(new URL('../../migrations', import.meta.url));
await migrateOrExit({ url: loadConfig(InventoryConfig, ['DB_URL']).DB_URL, folder });
