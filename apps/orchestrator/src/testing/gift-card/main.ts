/** An orchestrator with a second saga. Only the list of sagas differs from the real one's. */
import 'reflect-metadata';
import { registeredSagas } from '../../sagas/registry.js';
import { startOrchestrator } from '../../start-orchestrator.js';
import { giftCard } from './gift-card.entry.js';

await startOrchestrator((config) => [...registeredSagas(config), giftCard(config)]);
