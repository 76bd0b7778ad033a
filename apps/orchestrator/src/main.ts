import 'reflect-metadata';
import { startOrchestrator } from './start-orchestrator.js';
import { registeredSagas } from './sagas/registry.js';

await startOrchestrator(registeredSagas);
