import { fileURLToPath } from 'node:url';
import { migrateOrExit, migrationUrl } from '@backstitch/service-kit';
import { OrchestratorConfig } from '../config.js';

const folder = fileURLToPath(new URL('../../migrations', import.meta.url));
const rights = {
  appendOnly: ['saga_logs', 'saga_definitions', 'operator_actions'],
  fillable: { operator_actions: ['outcome', 'detail'] },
};
await migrateOrExit({ url: migrationUrl(OrchestratorConfig), folder, rights });
