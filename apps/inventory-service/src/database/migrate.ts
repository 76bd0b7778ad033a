import { fileURLToPath } from 'node:url';
import { migrateOrExit } from '@backstitch/database';
import { migrationUrl } from '@backstitch/service-kit';
import { InventoryConfig } from '../config.js';

const folder = fileURLToPath(new URL('../../migrations', import.meta.url));
const rights = { appendOnly: ['stock_ledger', 'stock_returns'] };
await migrateOrExit({ url: migrationUrl(InventoryConfig), folder, rights });
