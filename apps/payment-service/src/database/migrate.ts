import { fileURLToPath } from 'node:url';
import { migrateOrExit } from '@backstitch/database';
import { migrationUrl } from '@backstitch/service-kit';
import { PaymentConfig } from '../config.js';

const folder = fileURLToPath(new URL('../../migrations', import.meta.url));
const rights = {
  appendOnly: ['bank.charges', 'bank.refunds', 'bank.intents', 'bank.refund_entries'],
};
await migrateOrExit({ url: migrationUrl(PaymentConfig), folder, rights });
