/** Which methods each address takes: what a router knows and does not tell. */
export class RouteTable {
  readonly #routes: { methods: readonly string[]; segments: readonly string[] }[] = [];

  add(methods: string | readonly string[], url: string): void {
    this.#routes.push({
      methods: typeof methods === 'string' ? [methods] : methods,
      segments: url.split('/'),
    });
  }

  /** In alphabetical order, each once; none when there is nothing at the address. */
  methodsAt(url: string): string[] {
    const segments = url.split(/[?#]/, 1)[0]!.split('/');
    const matching = this.#routes.filter((route) => isAt(route.segments, segments));
    return [...new Set(matching.flatMap(({ methods }) => methods))].sort();
  }
}

function isAt(pattern: readonly string[], segments: readonly string[]): boolean {
  const everythingBelow = pattern.at(-1) === '*';
  if (everythingBelow ? segments.length < pattern.length : segments.length !== pattern.length) {
    return false;
  }
  return pattern.every(
    (part, at) =>
      part === '*' || (part.startsWith(':') ? segments[at] !== '' : part === segments[at]),
  );
}
