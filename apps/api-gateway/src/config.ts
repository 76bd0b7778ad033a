import {
  type AddressRange,
  addressRanges,
  AppConfig,
  IsAddressRangeList,
  IsIntegerVariable,
  IsOriginList,
  IsUrlList,
  originList,
  urlList,
} from '@backstitch/service-kit';
import { IsIn, IsOptional } from 'class-validator';

const RATE_LIMIT_IN_PRODUCTION = 600;

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

  /** Requests a minute and client address; 0 is no limit. */
  @IsOptional()
  @IsIntegerVariable({ min: 0, max: 1_000_000 })
  RATE_LIMIT_PER_MINUTE?: number = undefined;

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

  /** For a request to a service that is not the orchestrator. */
  @IsIntegerVariable({ min: 100, max: 120_000 })
  SERVICE_TIMEOUT_MS = 5_000;

  /** Also for the services. */
  @IsIntegerVariable({ min: 50, max: 60_000 })
  ORCHESTRATOR_CONNECT_TIMEOUT_MS = 1_000;

  get orchestratorUrls(): string[] {
    return urlList(this.ORCHESTRATOR_URL);
  }

  get inventoryUrls(): string[] {
    return urlList(this.INVENTORY_URL);
  }

  get trustedProxies(): AddressRange[] {
    return addressRanges(this.TRUSTED_PROXIES);
  }

  get corsOrigins(): string[] {
    return originList(this.CORS_ORIGINS);
  }

  get servesDocs(): boolean {
    return (this.API_DOCS ?? (this.NODE_ENV === 'production' ? 'off' : 'on')) === 'on';
  }

  get rateLimitPerMinute(): number {
    const fallback = this.NODE_ENV === 'production' ? RATE_LIMIT_IN_PRODUCTION : 0;
    return this.RATE_LIMIT_PER_MINUTE ?? fallback;
  }
}
