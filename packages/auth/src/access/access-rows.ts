import { ACCESS_TABLE } from '../access-table.js';
import type { AccessRow, App } from './access-row.js';

/** The rows of one app, by route and method. Made once, and asked for each request. */
export class AccessRows {
  private readonly rows = new Map<string, Map<string, AccessRow>>();
  private readonly prefixes: readonly AccessRow[];

  constructor(app: App, table: readonly AccessRow[] = ACCESS_TABLE) {
    const own = table.filter((row) => row.app === app);
    this.prefixes = own.filter(({ route }) => route.endsWith('*'));
    for (const row of own) {
      const methods = this.rows.get(row.route) ?? new Map<string, AccessRow>();
      this.rows.set(row.route, methods.set(row.method, row));
    }
  }

  /** The row of a route as the router declares it. A HEAD is decided like its GET. */
  find(method: string, route: string): AccessRow | undefined {
    const asked = method === 'HEAD' ? 'GET' : method;
    return this.rows.get(route)?.get(asked) ?? this.findPrefix(asked, route);
  }

  private findPrefix(method: string, route: string): AccessRow | undefined {
    return this.prefixes.find((row) => {
      return row.method === method && route.startsWith(row.route.slice(0, -1));
    });
  }
}
