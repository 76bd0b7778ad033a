/** What may hold a comma without beginning another preference. */
const QUOTED = /"(?:[^"\\]|\\.)*"/g;

/** True when a Prefer header (RFC 7240) holds `respond-async`; what else it prefers is ignored. */
export function prefersAsync(header: string | undefined): boolean {
  return (header ?? '')
    .replace(QUOTED, '""')
    .split(',')
    .some((preference) => preference.split(/[;=]/, 1)[0]!.trim().toLowerCase() === 'respond-async');
}
