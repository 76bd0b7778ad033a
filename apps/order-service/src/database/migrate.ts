import { fileURLToPath } from 'node:url';
import { migrateOrExit } from '@backstitch/database';
import { migrationUrl } from '@backstitch/service-kit';
import { OrderConfig } from '../config.js';

const folder = fileURLToPath(new URL('../../migrations', import.meta.url));
const rights = { appendOnly: ['order_events', 'order_items', 'order_rebuilds'] };
await migrateOrExit({ url: migrationUrl(OrderConfig), folder, rights });
