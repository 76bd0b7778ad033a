import { DEVELOPMENT_INTERNAL_KEYS, internalKeysProblem } from '@backstitch/auth';
import {
  type AddressRange,
  addressRanges,
  AppConfig,
  HasNoProblem,
  IsAddressRangeList,
  IsIntegerVariable,
  IsOriginList,
  IsUrlVariable,
  originList,
} from '@backstitch/service-kit';
import { IsIn, IsOptional, Matches, ValidateIf } from 'class-validator';

/** Publicly known: production refuses it. */
export const DEVELOPMENT_KEY = Buffer.alloc(32, 'backstitch development only').toString(
  'base64url',
);
const KEY_FORM = /^[\w-]{43}$/;

/** Every variable the app reads; apps/identity-service/.env.example explains them. */
export class IdentityConfig extends AppConfig {
  override PORT = 3006;

  @IsUrlVariable(['postgresql:', 'postgres:'])
  DB_URL = 'postgresql://postgres:1111@localhost:5432/identity';

  @IsIntegerVariable({ min: 1, max: 1_000 })
  DB_POOL_MAX = 10;

  @IsOptional()
  @IsUrlVariable(['http:', 'https:'])
  ISSUER?: string = undefined;

  @Matches(/^[\x21-\x7e]{1,200}$/, { message: '$property must be 1 to 200 visible characters' })
  AUDIENCE = 'backstitch';

  @ValidateIf(({ KEY_ENCRYPTION_KEY: key, NODE_ENV }: IdentityConfig) => {
    return key !== undefined || NODE_ENV === 'production';
  })
  @Matches(KEY_FORM, { message: '$property must be 32 bytes as base64url (43 characters)' })
  KEY_ENCRYPTION_KEY?: string = undefined;

  /** The keys by which gateways sign requests: kid:key, comma-separated. Each is accepted. */
  @HasNoProblem(internalKeysProblem)
  INTERNAL_KEYS = DEVELOPMENT_INTERNAL_KEYS;

  @IsOptional()
  @IsIn(['open', 'verify'])
  SIGNUP?: 'open' | 'verify' = undefined;

  @IsOptional()
  @IsIn(['open', 'token', 'off'])
  GUESTS?: 'open' | 'token' | 'off' = undefined;

  @IsOriginList()
  CORS_ORIGINS = '';

  /** The gateway is one of them. */
  @IsAddressRangeList()
  TRUSTED_PROXIES = '127.0.0.1, ::1';

  /** Pages that links in e-mails open get the token as `#token=`. */
  @IsOptional()
  @IsUrlVariable(['http:', 'https:'])
  PAGES_URL?: string = undefined;

  @IsOptional()
  @IsUrlVariable(['smtp:', 'smtps:'])
  SMTP_URL?: string = undefined;

  /** Without SMTP_URL e-mails are files in it. */
  @Matches(/\S/, { message: '$property must name a folder' })
  MAIL_FOLDER = 'mail';

  @Matches(/^[^\s@]+@[^\s@]+$/, { message: '$property must be an e-mail address' })
  MAIL_FROM = 'shop@backstitch.example';

  get isProduction(): boolean {
    return this.NODE_ENV === 'production';
  }

  get issuer(): string {
    return this.ISSUER ?? `http://localhost:${this.PORT}`;
  }

  get keyEncryptionKey(): Buffer {
    return Buffer.from(this.KEY_ENCRYPTION_KEY ?? DEVELOPMENT_KEY, 'base64url');
  }

  /** Whether an account can be used before its e-mail address is verified. */
  get isSignUpOpen(): boolean {
    return (this.SIGNUP ?? (this.isProduction ? 'verify' : 'open')) === 'open';
  }

  get pagesUrl(): string {
    return this.PAGES_URL ?? this.issuer;
  }

  get servesGuests(): boolean {
    return this.GUESTS !== 'off';
  }

  /** Of pages that may send the refresh cookie. */
  get origins(): string[] {
    return [...originList(this.CORS_ORIGINS), new URL(this.issuer).origin];
  }

  get trustedProxies(): AddressRange[] {
    return addressRanges(this.TRUSTED_PROXIES);
  }

  /** What production must not run on, in words; empty elsewhere. */
  get productionProblems(): string[] {
    if (!this.isProduction) return [];
    const problems: string[] = [];
    if (this.KEY_ENCRYPTION_KEY === DEVELOPMENT_KEY) {
      problems.push('KEY_ENCRYPTION_KEY is publicly known; set one of your own');
    }
    if (!this.issuer.startsWith('https:')) problems.push('ISSUER must start with https://');
    if (this.SMTP_URL === undefined) problems.push('SMTP_URL must be set');
    if (this.GUESTS === 'open') problems.push('GUESTS must be token or off');
    return problems;
  }
}
