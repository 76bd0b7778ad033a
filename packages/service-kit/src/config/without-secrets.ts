const MASK = '***';
/**
 * `scheme://user:password@`. A password may hold an "@" of its own, as URL parsers allow, and a
 * quote, which has a backslash before it in a line of JSON.
 */
const USER_INFO = /:\/\/((?:[^\s/?#"\\]|\\.)*)@/g;
/** `?password=…` as libpq takes it, and what else is secret where it stands in an address. */
const QUERY =
  /([?&](?:password|passwd|pwd|pass|passphrase|sslpassword|secret|token|access_token|api_?key|key)=)(?:[^&\s#"\\]|\\.)*/gi;

/**
 * A text with every password in its addresses masked: "amqp://shop:***@broker". Cheap for a text
 * without addresses, which most are. Pure.
 */
export function withoutSecrets(text: string): string {
  if (!text.includes('://')) return text;
  return text.replace(USER_INFO, maskedUserInfo).replace(QUERY, `$1${MASK}`);
}

/** Before the colon stands the name of the user. */
function maskedUserInfo(all: string, userInfo: string): string {
  const colon = userInfo.indexOf(':');
  return colon === -1 ? all : `://${userInfo.slice(0, colon)}:${MASK}@`;
}
