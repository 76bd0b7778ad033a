/** A quoted string may contain a comma that does not begin another preference. */
const QUOTED = /"(?:[^"\\]|\\.)*"/g;

/** True when a Prefer header (RFC 7240) contains `respond-async`. Other preferences are ignored. */
export function prefersAsync(header: string | undefined): boolean {
  return (header ?? '')
    .replace(QUOTED, '""')
    .split(',')
    .some((preference) => preference.split(/[;=]/, 1)[0]!.trim().toLowerCase() === 'respond-async');
}
