import {
  DEVELOPMENT_INTERNAL_KEYS,
  foreignIssuers,
  type InternalKeys,
  internalKeys,
  internalKeysProblem,
  type Issuer,
  issuersProblem,
  ownIssuer,
} from '@backstitch/auth';
import {
  type AddressRange,
  addressRanges,
  AppConfig,
  HasNoProblem,
  IsAddressRangeList,
  IsIntegerVariable,
  IsOriginList,
  IsUrlList,
  IsUrlVariable,
  originList,
  urlList,
} from '@backstitch/service-kit';
import { DEVELOPMENT_ISSUER } from '@backstitch/shared-types';
import { IsIn, IsOptional, Matches } from 'class-validator';
import type { Limits } from './rate-limit/limits.js';

const DEVELOPMENT_IDENTITY_URL = 'http://localhost:3006';
const LIMITS_IN_PRODUCTION: Limits = { address: 600, guest: 60, user: 120, machine: 600 };
const PER_MINUTE = { min: 0, max: 1_000_000 };

/** open: no token is needed, and userId is believed · token: guests need a token · off: no guests. */
export type Guests = 'open' | 'token' | 'off';

/** The configuration of the gateway. Every problem with it is reported at boot. */
export class GatewayConfig extends AppConfig {
  override PORT = 3000;
  /** The public host names of the shop are not known here. */
  override ALLOWED_HOSTS = '*';

  /** Serves the documentation of the API. Not set: on, but off in production. */
  @IsOptional()
  @IsIn(['on', 'off'])
  API_DOCS?: 'on' | 'off' = undefined;

  @IsUrlList(['http:', 'https:'])
  ORCHESTRATOR_URL = 'http://localhost:3004';

  @IsUrlList(['http:', 'https:'])
  INVENTORY_URL = 'http://localhost:3002';

  @IsUrlList(['http:', 'https:'])
  ORDER_URL = 'http://localhost:3001';

  /** Requests a minute and client address; 0 is no limit. */
  @IsOptional()
  @IsIntegerVariable(PER_MINUTE)
  RATE_LIMIT_PER_MINUTE?: number = undefined;

  /** Of those, the requests without a valid token of a user or a machine. */
  @IsOptional()
  @IsIntegerVariable(PER_MINUTE)
  GUEST_RATE_LIMIT_PER_MINUTE?: number = undefined;

  /** Requests a minute of one user with a token, whatever roles it has. */
  @IsOptional()
  @IsIntegerVariable(PER_MINUTE)
  USER_RATE_LIMIT_PER_MINUTE?: number = undefined;

  /** Requests a minute of one machine with a token. */
  @IsOptional()
  @IsIntegerVariable(PER_MINUTE)
  MACHINE_RATE_LIMIT_PER_MINUTE?: number = undefined;

  /**
   * The proxies in front of the gateway whose X-Forwarded-For names the client: addresses and CIDR
   * ranges. Without any, the header is ignored.
   */
  @IsAddressRangeList()
  TRUSTED_PROXIES = '';

  /** Origins whose pages may call the API from a browser; none unless set. */
  @IsOriginList()
  CORS_ORIGINS = '';

  /** Longer than CHECKOUT_WAIT_MS of the orchestrator; after it, the outcome is unknown here. */
  @IsIntegerVariable({ min: 100, max: 120_000 })
  ORCHESTRATOR_TIMEOUT_MS = 15_000;

  /** Checkouts that are forwarded and not answered; more are refused. */
  @IsIntegerVariable({ min: 1, max: 100_000 })
  MAX_CHECKOUTS_IN_FLIGHT = 600;

  /**
   * While a tenth of these have waited for this time, no more are forwarded, because their answers
   * would be late. About half of CHECKOUT_WAIT_MS of the orchestrator.
   */
  @IsIntegerVariable({ min: 10, max: 600_000 })
  SLOW_CHECKOUT_MS = 5_000;

  /** In addition, requests that may be replays: they are only looked up. */
  @IsIntegerVariable({ min: 1, max: 100_000 })
  MAX_REPLAYS_IN_FLIGHT = 64;

  /** Queries for orders, sagas and products that are forwarded and not answered. */
  @IsIntegerVariable({ min: 1, max: 100_000 })
  MAX_READS_IN_FLIGHT = 256;

  /** Streams of events that may be open at once; more are refused. */
  @IsIntegerVariable({ min: 1, max: 100_000 })
  MAX_STREAMS = 1_000;

  /** For a request to a service that is not the orchestrator. */
  @IsIntegerVariable({ min: 100, max: 120_000 })
  SERVICE_TIMEOUT_MS = 5_000;

  /** Also for the services. */
  @IsIntegerVariable({ min: 50, max: 60_000 })
  ORCHESTRATOR_CONNECT_TIMEOUT_MS = 1_000;

  /** Not set: open, but token in production, which refuses open. */
  @IsOptional()
  @IsIn(['open', 'token', 'off'])
  @HasNoProblem((guests, { isProduction }) =>
    isProduction && guests === 'open'
      ? 'must be token or off in production: with open, every userId is believed'
      : undefined,
  )
  GUESTS?: Guests = undefined;

  /** Other issuers whose access tokens are accepted: issuer or issuer=jwks_uri, comma-separated. */
  @HasNoProblem(issuersProblem)
  ISSUERS = '';

  /** The `aud` of access tokens. */
  @Matches(/^[\x21-\x7e]{1,200}$/, { message: '$property must be 1 to 200 visible characters' })
  AUDIENCE = 'backstitch';

  /** The claim with the roles in tokens of ISSUERS, or a path to it. Not set: they have no roles. */
  @IsOptional()
  @Matches(/^[\x21-\x7e]{1,200}$/, { message: '$property must be 1 to 200 visible characters' })
  ROLES_CLAIM?: string = undefined;

  /** A file that keeps the public keys of issuers, for a start while an issuer is away. */
  @IsOptional()
  JWKS_CACHE?: string = undefined;

  /**
   * Where identity-service is. Not set: http://localhost:3006 in development; elsewhere there is
   * none, and only tokens of ISSUERS are accepted.
   */
  @IsOptional()
  @IsUrlVariable(['http:', 'https:'])
  IDENTITY_URL?: string = undefined;

  /** The issuer of the tokens of identity-service, as identity-service has it. */
  @IsOptional()
  @IsUrlVariable(['http:', 'https:'])
  @HasNoProblem((issuer, { isProduction }) =>
    isProduction && !issuer.startsWith('https:') ? 'must be https:// in production' : undefined,
  )
  ISSUER?: string = undefined;

  /** The keys that sign requests between apps: kid:key, comma-separated. The first one signs. */
  @HasNoProblem(internalKeysProblem)
  INTERNAL_KEYS = DEVELOPMENT_INTERNAL_KEYS;

  /** Whether the page of log-in offers the demo accounts, whose passwords everybody knows. */
  @IsIn(['on', 'off'])
  @HasNoProblem((shown, { isProduction }) =>
    isProduction && shown === 'on' ? 'must be off in production' : undefined,
  )
  DEMO_ACCOUNTS: 'on' | 'off' = 'off';

  get orchestratorUrls(): string[] {
    return urlList(this.ORCHESTRATOR_URL);
  }

  get inventoryUrls(): string[] {
    return urlList(this.INVENTORY_URL);
  }

  get orderUrls(): string[] {
    return urlList(this.ORDER_URL);
  }

  get trustedProxies(): AddressRange[] {
    return addressRanges(this.TRUSTED_PROXIES);
  }

  get corsOrigins(): string[] {
    return originList(this.CORS_ORIGINS);
  }

  get guests(): Guests {
    return this.GUESTS ?? (this.NODE_ENV === 'production' ? 'token' : 'open');
  }

  get identityUrl(): string | undefined {
    return this.IDENTITY_URL ?? (this.isDevelopment ? DEVELOPMENT_IDENTITY_URL : undefined);
  }

  get issuers(): Issuer[] {
    const others = foreignIssuers(this.ISSUERS, this.ROLES_CLAIM);
    const { identityUrl: url } = this;
    if (url === undefined) return others;
    const usual = this.isDevelopment ? DEVELOPMENT_ISSUER : url;
    return [ownIssuer(this.ISSUER ?? usual, url), ...others];
  }

  private get isDevelopment(): boolean {
    return this.NODE_ENV === 'development';
  }

  get internalKeys(): InternalKeys {
    return internalKeys(this.INTERNAL_KEYS);
  }

  get servesDocs(): boolean {
    return (this.API_DOCS ?? (this.NODE_ENV === 'production' ? 'off' : 'on')) === 'on';
  }

  /** What is not set is RATE_LIMIT_PER_MINUTE; without it, there are limits in production only. */
  get limits(): Limits {
    const all = this.RATE_LIMIT_PER_MINUTE;
    const isProduction = this.NODE_ENV === 'production';
    const limitOf = (kind: keyof Limits, given: number | undefined) =>
      given ?? all ?? (isProduction ? LIMITS_IN_PRODUCTION[kind] : 0);
    return {
      address: limitOf('address', undefined),
      guest: limitOf('guest', this.GUEST_RATE_LIMIT_PER_MINUTE),
      user: limitOf('user', this.USER_RATE_LIMIT_PER_MINUTE),
      machine: limitOf('machine', this.MACHINE_RATE_LIMIT_PER_MINUTE),
    };
  }
}
