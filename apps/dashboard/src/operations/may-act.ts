import { useProfile } from '../app/session.js';

/** A viewer sees all, and changes nothing. */
export function useMayAct(): boolean {
  return useProfile()?.roles.includes('operator') ?? false;
}
