/** A server that these URLs lead to requires a password, or should. */
const NEEDS_PASSWORD = new Set(['amqp:', 'amqps:', 'postgresql:', 'postgres:']);
const WHERE_IN_QUERY = new Set(['password', 'passwd', 'pwd', 'pass']);
/** Of the documents and of servers as they are installed; digits behind them hide nothing. */
const KNOWN = new Set(
  (
    'admin backstitch changeme default demo guest pass passwd password postgres postgresql rabbit ' +
    'rabbitmq root secret test user'
  ).split(' '),
);
/** A comma in a password is its own. */
const BETWEEN_URLS = /,\s*(?=[a-z][a-z0-9+.-]*:\/\/)/i;
const DIGITS = '0123456789012345678901234567890';

/**
 * Why production must not run on the password of an address, or of one address of a list; undefined
 * when there is nothing against it. Pure.
 */
export function passwordProblem(value: string): string | undefined {
  for (const text of value.split(BETWEEN_URLS)) {
    const problem = URL.canParse(text) ? problemOfUrl(new URL(text)) : undefined;
    if (problem) return problem;
  }
  return undefined;
}

function problemOfUrl(url: URL): string | undefined {
  const users = [decoded(url.username), ...inQuery(url, (name) => name === 'user')];
  const query = inQuery(url, (name) => WHERE_IN_QUERY.has(name));
  const passwords = [decoded(url.password), ...query].filter((password) => password !== '');
  if (passwords.length === 0) {
    return NEEDS_PASSWORD.has(url.protocol) ? 'has no password' : undefined;
  }
  if (passwords.some((password) => isKnown(password))) {
    return 'has a password of the demo set-up, or one like it, which is publicly known';
  }
  const isUser = (password: string) => users.some((user) => isLike(password, user));
  return passwords.some(isUser) ? 'has a password that is the name of its user' : undefined;
}

function inQuery(url: URL, isMeant: (name: string) => boolean): string[] {
  return [...url.searchParams].flatMap(([name, value]) =>
    isMeant(name.toLowerCase()) ? [value] : [],
  );
}

function isKnown(password: string): boolean {
  const isOneCharacter = new Set(password).size === 1;
  return isOneCharacter || DIGITS.includes(password) || KNOWN.has(withoutDigits(password));
}

function isLike(password: string, user: string): boolean {
  return user !== '' && withoutDigits(password) === withoutDigits(user);
}

/** "Admin1" is as easy to guess as "admin"; what is digits only stays as it is. */
function withoutDigits(text: string): string {
  const lower = text.toLowerCase();
  return lower.replace(/\d{1,4}$/, '') || lower;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // the URL is refused for that already
  }
}
