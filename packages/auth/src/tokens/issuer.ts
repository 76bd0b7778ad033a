/** An issuer whose access tokens are accepted. */
export interface Issuer {
  /** The `iss` of its tokens, exactly. */
  readonly issuer: string;
  /** Where its public keys are. Addresses in a token are never used. */
  readonly jwksUri: string;
  /** The claim with the roles, or a path to it such as `realm_access.roles`. Without it: no roles. */
  readonly rolesClaim?: string;
  /** It is our identity-service: it also issues guest tokens and tells us what it revokes. */
  readonly isOwn: boolean;
}

const JWKS_PATH = '/.well-known/jwks.json';

/**
 * Reads ISSUERS: `https://idp.example` or `https://idp.example=https://idp.example/keys`, comma-
 * separated. Without an address of the keys, they are at /.well-known/jwks.json of the issuer.
 */
export function foreignIssuers(list: string, rolesClaim: string | undefined): Issuer[] {
  return elementsOf(list).map((element) => {
    const [issuer, jwksUri] = partsOf(element);
    const roles = rolesClaim === undefined ? {} : { rolesClaim };
    return { issuer, jwksUri: jwksUri ?? jwksUriOf(issuer), ...roles, isOwn: false };
  });
}

/** identity-service, reached at `url`, whose tokens have the issuer `issuer`. */
export function ownIssuer(issuer: string, url: string): Issuer {
  return { issuer, jwksUri: jwksUriOf(url), rolesClaim: 'roles', isOwn: true };
}

/**
 * Why a value of ISSUERS cannot be used; undefined for a good one. In production, every address
 * must be https.
 */
export function issuersProblem(
  list: string,
  { isProduction }: { isProduction: boolean },
): string | undefined {
  const protocols = isProduction ? ['https:'] : ['https:', 'http:'];
  const seen = new Set<string>();
  for (const element of elementsOf(list)) {
    const [issuer, jwksUri = issuer] = partsOf(element);
    if (![issuer, jwksUri].every((url) => isAddress(url, protocols))) {
      const where = isProduction ? 'https:// in production' : 'https:// or http://';
      return `must be a comma-separated list of issuer or issuer=jwks_uri, each with ${where}; "${element}" is not`;
    }
    if (seen.has(issuer)) return `has the issuer "${issuer}" twice`;
    seen.add(issuer);
  }
  return undefined;
}

function elementsOf(list: string): string[] {
  const elements = list.split(',').map((element) => element.trim());
  return elements.filter((element) => element !== '');
}

function partsOf(element: string): [issuer: string, jwksUri?: string] {
  const at = element.indexOf('=');
  return at < 0 ? [element] : [element.slice(0, at), element.slice(at + 1)];
}

function jwksUriOf(url: string): string {
  return url.replace(/\/+$/, '') + JWKS_PATH;
}

function isAddress(text: string, protocols: readonly string[]): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password } = new URL(text);
  return protocols.includes(protocol) && username === '' && password === '';
}
