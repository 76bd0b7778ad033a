import { fileURLToPath } from 'node:url';
import { loadConfig, migrateOrExit } from '@backstitch/service-kit';
import { OrchestratorConfig } from '../config.js';

const folder = fileURLToPath(new URL('../../migrations', import.meta.url));
await migrateOrExit({ url: loadConfig(OrchestratorConfig, ['DB_URL']).DB_URL, folder });
