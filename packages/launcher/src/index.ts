export { LineSplitter } from './line-splitter.js';
export { type Exit, ManagedProcess, type ProcessPlan, type StopStep } from './managed-process.js';
export {
  type ClusterNode,
  ManagementClient,
  type QueueDepth,
  vhostUrl,
} from './management-client.js';
export { waitFor, type WaitOptions } from './wait-for.js';
