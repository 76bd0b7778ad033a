import { randomUUID } from 'node:crypto';

/** This process, in every line of its log; the orchestrator owns its sagas under this name. */
export const INSTANCE_ID = randomUUID();
