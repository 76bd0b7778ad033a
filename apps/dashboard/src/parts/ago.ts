const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1_000],
] as const;

/** How long ago, in one unit: "3 min ago". Pure. */
export function ago(iso: string, nowMs: number): string {
  const ms = nowMs - Date.parse(iso);
  // The clock of a browser may be late.
  if (ms < 1_000) return 'just now';
  const [unit, unitMs] = UNITS.find(([, size]) => ms >= size)!;
  return `${Math.floor(ms / unitMs)} ${unit} ago`;
}

/** What is left of a time span: "9:41", "1:00:05", "0:00". Pure. */
export function countdown(untilMs: number, nowMs: number): string {
  const seconds = Math.max(0, Math.ceil((untilMs - nowMs) / 1_000));
  const two = (value: number) => String(value).padStart(2, '0');
  const [hours, minutes] = [Math.floor(seconds / 3_600), Math.floor((seconds % 3_600) / 60)];
  if (hours > 0) return `${hours}:${two(minutes)}:${two(seconds % 60)}`;
  return `${minutes}:${two(seconds % 60)}`;
}
