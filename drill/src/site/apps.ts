import { fileURLToPath } from 'node:url';

/** The same depth below src and below dist. */
export const PROJECT = fileURLToPath(new URL('../../../', import.meta.url));

/** The apps, in the order in which they are started, and the database of each that has one. */
export const APPS = [
  { name: 'order-service', database: 'orders' },
  { name: 'inventory-service', database: 'inventory' },
  { name: 'payment-service', database: 'payments' },
  { name: 'orchestrator', database: 'orchestrator' },
  { name: 'api-gateway', database: undefined },
] as const;

export type AppName = (typeof APPS)[number]['name'];
export type DatabaseName = NonNullable<(typeof APPS)[number]['database']>;

export const PARTICIPANTS = ['order-service', 'inventory-service', 'payment-service'] as const;

/** A file an app was built into. */
export function appFile(app: AppName, file: string): string {
  return `${PROJECT}apps/${app}/dist/${file}`;
}
