export * from './define.js';
export * from './engine.js';
export * from './instance.js';
export * from './ports.js';
export * from './refused.js';
export * from './settings.js';
export * from './trace.js';
export * from './transition.js';
