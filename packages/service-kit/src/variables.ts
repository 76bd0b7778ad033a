/** The variables of the apps, for programs that start apps; it loads no server. */
export { commaList } from './config/comma-list.js';
export { exampleVariables } from './config/example-variables.js';
export { metricsPortBeside } from './config/metrics-port.js';
export { nearVariables, type NearVariable } from './config/near-variables.js';
export { isSecretName, secretFileName } from './config/secret-names.js';
