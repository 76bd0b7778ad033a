/**
 * Named places where a process may crash. `FAULT_POINT=name` kills it (SIGKILL, nothing flushed)
 * the first time it passes there, `FAULT_POINT=name#3` the third; several are separated by commas.
 * Nothing is armed in production, and what is not armed costs the check of a flag.
 */
export function reachedFaultPoint(name: string): void {
  if (!armed) return;
  const passesLeft = armed.get(name);
  if (passesLeft === undefined) return;
  if (passesLeft > 1) {
    armed.set(name, passesLeft - 1);
  } else {
    process.kill(process.pid, 'SIGKILL');
  }
}

const armed = armedFaultPoints(process.env.FAULT_POINT, process.env.NODE_ENV);

/** "a,b#3" → a at the first pass, b at the third; undefined when nothing is armed. Pure. */
export function armedFaultPoints(
  spelled: string | undefined,
  nodeEnv: string | undefined,
): Map<string, number> | undefined {
  if (!spelled || nodeEnv === 'production') return undefined;
  return new Map(
    spelled.split(',').map((each) => {
      const [name = '', pass = '1'] = each.trim().split('#');
      return [name, Math.max(1, Number(pass) || 1)];
    }),
  );
}
