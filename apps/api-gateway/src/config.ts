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

/** What the gateway is told by its environment; every problem with it is reported at boot. */
export class GatewayConfig extends AppConfig {
  override PORT = 3000;
  /** Shoppers come by whatever name the shop has. */
  override ALLOWED_HOSTS = '*';

  /** The API's documentation. Not set: on, but off in production. */
  @IsOptional()
  @IsIn(['on', 'off'])
  API_DOCS?: 'on' | 'off' = undefined;

  @IsUrlList(['http:', 'https:'])
  ORCHESTRATOR_URL = 'http://localhost:3004';

  /** Requests a minute and client address; 0 is no limit. */
  @IsOptional()
  @IsIntegerVariable({ min: 0, max: 1_000_000 })
  RATE_LIMIT_PER_MINUTE?: number = undefined;

  /**
   * The proxies before the gateway whose X-Forwarded-For names the client: addresses and CIDR
   * ranges. Without any the header is not looked at.
   */
  @IsAddressRangeList()
  TRUSTED_PROXIES = '';

  /** Origins whose pages may call the API from a browser; none unless set. */
  @IsOriginList()
  CORS_ORIGINS = '';

  /** Longer than the orchestrator's CHECKOUT_WAIT_MS; past it the outcome is unknown here. */
  @IsIntegerVariable({ min: 100, max: 120_000 })
  ORCHESTRATOR_TIMEOUT_MS = 15_000;

  /** Checkouts passed on and not answered yet; the next one is refused. */
  @IsIntegerVariable({ min: 1, max: 100_000 })
  MAX_CHECKOUTS_IN_FLIGHT = 600;

  /**
   * While a tenth of these have waited for so long, no more are passed on: the answers of those who
   * came would be late. About half of the orchestrator's CHECKOUT_WAIT_MS.
   */
  @IsIntegerVariable({ min: 10, max: 600_000 })
  SLOW_CHECKOUT_MS = 5_000;

  /** Beyond these, for requests that may be replays: they are looked up, nothing new is begun. */
  @IsIntegerVariable({ min: 1, max: 100_000 })
  MAX_REPLAYS_IN_FLIGHT = 64;

  /** Questions about orders, sagas and products passed on and not answered yet. */
  @IsIntegerVariable({ min: 1, max: 100_000 })
  MAX_READS_IN_FLIGHT = 256;

  @IsIntegerVariable({ min: 50, max: 60_000 })
  ORCHESTRATOR_CONNECT_TIMEOUT_MS = 1_000;

  get orchestratorUrls(): string[] {
    return urlList(this.ORCHESTRATOR_URL);
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
