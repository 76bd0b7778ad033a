const FREE_FAILURES = 4;
const DELAY_S_MAX = 900;
/** So many failures in a row suspend log-in by password until the password is reset. */
export const SUSPENDED_AFTER = 100;

/** How long an account takes no password after so many failures in a row. Pure. */
export function delaySeconds(failuresInARow: number): number {
  if (failuresInARow <= FREE_FAILURES) return 0;
  return Math.min(DELAY_S_MAX, 2 ** (failuresInARow - FREE_FAILURES - 1));
}
