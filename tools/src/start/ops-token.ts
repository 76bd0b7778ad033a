import { randomBytes } from 'node:crypto';

/** The secret by which the orchestrators of one system set the chaos knobs of its services. */
export function newOpsToken(): string {
  return randomBytes(32).toString('base64url');
}
