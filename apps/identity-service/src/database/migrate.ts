import { fileURLToPath } from 'node:url';
import { migrateOrExit } from '@backstitch/database';
import { migrationUrl } from '@backstitch/service-kit';
import { IdentityConfig } from '../config.js';

const folder = fileURLToPath(new URL('../../migrations', import.meta.url));
const rights = { appendOnly: ['identity_events'] };
await migrateOrExit({ url: migrationUrl(IdentityConfig), folder, rights });
