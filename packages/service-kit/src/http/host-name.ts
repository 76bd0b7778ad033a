/** What stands in a Host header, in a request's address or in ALLOWED_HOSTS. */
export interface HostName {
  /** In lower case, without brackets and without a trailing dot. */
  name: string;
  /** Undefined where none is named. */
  port: number | undefined;
}

const FORM = /^(?:\[([0-9a-f:.]+)\]|([0-9a-z._-]+))(?::(\d{1,5})?)?$/i;
const LOOPBACK_NAMES = new Set(['localhost', '::1']);
const LOOPBACK_IPV4 = /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/;

/** "LOCALHOST.:80" → localhost, 80; undefined for whatever else, user info included. Pure. */
export function hostNameOf(text: string): HostName | undefined {
  const [, ipv6, other = '', port] = FORM.exec(text) ?? [];
  const name = ipv6 === undefined ? withoutDot(other.toLowerCase()) : shortIpv6(ipv6);
  if (!name) return undefined;
  return { name, port: port === undefined ? undefined : Number(port) };
}

/** localhost, 127.0.0.0/8 and ::1: a browser takes no other computer for one of them. */
export function isLoopback(name: string): boolean {
  return LOOPBACK_NAMES.has(name) || LOOPBACK_IPV4.test(name);
}

/** "::ffff:10.0.0.7", as a socket that serves both families says it, → "10.0.0.7" */
export function addressOf(socketAddress: string): string {
  return socketAddress.toLowerCase().replace(/^::ffff:(?=\d+\.)/, '');
}

function withoutDot(name: string): string {
  return name.endsWith('.') ? name.slice(0, -1) : name;
}

/** One address has many spellings; the URL parser knows the shortest. */
function shortIpv6(address: string): string | undefined {
  const url = `http://[${address}]`;
  return URL.canParse(url) ? new URL(url).hostname.slice(1, -1) : undefined;
}
