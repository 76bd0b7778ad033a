import { currencyDigits } from '@backstitch/shared-types';
import { IsIn, IsString, registerDecorator } from 'class-validator';
import 'reflect-metadata';
import { IsIntegerVariable } from './integer-variable.js';

const CURRENCY_DIGITS_MAX = 2;

/** The columns keep two decimals, so a currency with more would silently lose its last digit. */
function IsCurrency(): PropertyDecorator {
  return (target, propertyName) =>
    registerDecorator({
      name: 'isCurrency',
      target: target.constructor,
      propertyName: String(propertyName),
      validator: {
        validate: (currency: unknown) => {
          try {
            return currencyDigits(String(currency)) <= CURRENCY_DIGITS_MAX;
          } catch {
            return false;
          }
        },
        defaultMessage: (args) =>
          `${args?.property} must be an ISO 4217 code of at most ${CURRENCY_DIGITS_MAX} decimals, such as USD`,
      },
    });
}

/** Every element of a comma-separated list is a URL of one of these protocols. */
export function IsUrlList(protocols: readonly string[]): PropertyDecorator {
  return urlVariable('a URL (or a comma-separated list)', protocols, urlList);
}

/** One URL of one of these protocols; a comma in it is its own. */
export function IsUrlVariable(protocols: readonly string[]): PropertyDecorator {
  return urlVariable('a URL', protocols, (url) => [url]);
}

function urlVariable(
  noun: string,
  protocols: readonly string[],
  urlsOf: (value: string) => string[],
): PropertyDecorator {
  const starts = protocols.map((protocol) => `${protocol}//`).join(' or ');
  return (target, propertyName) =>
    registerDecorator({
      name: 'isUrlVariable',
      target: target.constructor,
      propertyName: String(propertyName),
      validator: {
        validate: (value: unknown) => {
          const urls = urlsOf(String(value));
          return urls.length > 0 && urls.every((url) => isUsable(url, protocols));
        },
        defaultMessage: (args) =>
          `${args?.property} must be ${noun} that starts with ${starts}; ` +
          'a "%" in a name or password is spelled %25',
      },
    });
}

/** "a, b" → ["a", "b"] */
export function urlList(urls: string): string[] {
  return urls
    .split(',')
    .map((url) => url.trim())
    .filter((url) => url !== '');
}

/** Its parts are decoded by whoever connects, and by then it is too late to say so in words. */
function isUsable(url: string, protocols: readonly string[]): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, username, password, pathname } = new URL(url);
  return protocols.includes(protocol) && isDecodable(username + password + pathname);
}

function isDecodable(text: string): boolean {
  try {
    return decodeURIComponent(text) !== undefined;
  } catch {
    return false;
  }
}

export const LOG_LEVELS = [
  'trace',
  'debug',
  'info',
  'notice',
  'warn',
  'error',
  'fatal',
  'silent',
] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** What every app is told by its environment; an app extends it with its PORT and what it adds. */
export class AppConfig {
  /** The app's own default is set where the app extends this class; 0 takes any free port. */
  @IsIntegerVariable({ min: 0, max: 65_535 })
  PORT = 0;

  @IsString()
  HOST = '127.0.0.1';

  @IsIn(['development', 'test', 'production'])
  NODE_ENV: 'development' | 'test' | 'production' = 'development';

  @IsIn(LOG_LEVELS)
  LOG_LEVEL: LogLevel = 'info';

  @IsUrlList(['amqp:', 'amqps:'])
  RABBITMQ_URL = 'amqp://admin:admin@localhost:5672';

  @IsIn(['classic', 'quorum'])
  QUEUE_TYPE: 'classic' | 'quorum' = 'classic';

  @IsCurrency()
  CURRENCY = 'USD';

  get rabbitmqUrls(): string[] {
    return urlList(this.RABBITMQ_URL);
  }
}

/** For an app with a database; its default DB_URL is set where the app extends this class. */
export class DatabaseConfig extends AppConfig {
  @IsUrlVariable(['postgresql:', 'postgres:'])
  DB_URL = '';
}
