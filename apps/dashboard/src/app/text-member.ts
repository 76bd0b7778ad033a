/** One optional text of an address. Anything else in it is left out. */
export function textMember<Name extends string>(
  search: Record<string, unknown>,
  name: Name,
): Partial<Record<Name, string>> {
  const value = search[name];
  if (typeof value !== 'string' || value === '') return {};
  return { [name]: value } as Partial<Record<Name, string>>;
}

/**
 * The page to go to after a log-in: only a path of this site, whoever wrote the link. Browsers leave
 * out tabs and line feeds of an address. So slash, tab, slash would be read as another site.
 */
export function ownPath(next: string | undefined): string {
  if (next === undefined || !/^\/(?![/\\])\P{Cc}*$/u.test(next)) return '/';
  return next;
}
