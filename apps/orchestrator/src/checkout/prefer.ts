/** True when a Prefer header (RFC 7240) holds `respond-async`; what else it prefers is ignored. */
export function prefersAsync(header: string | undefined): boolean {
  return (header ?? '')
    .split(',')
    .some((preference) => preference.split(/[;=]/, 1)[0]!.trim().toLowerCase() === 'respond-async');
}
