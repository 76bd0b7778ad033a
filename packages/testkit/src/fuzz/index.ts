export * from './fuzz.js';
export * from './hostile-bytes.js';
export * from './hostile-values.js';
export * from './mutated.js';
