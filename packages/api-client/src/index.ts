export { type ApiClient, apiClient, type ClientOptions } from './client.js';
export { ApiProblem, type FieldProblem, OUT_OF_REACH, outOfReach, problemOf } from './problem.js';
export type { components, paths } from './schema.gen.js';
export { Session, type SessionPlace } from './session.js';
