import { changesSomething, CURRENCY_DIGITS_MAX, currencyDigits } from '@backstitch/shared-types';
import { IsIn, IsOptional, Matches, registerDecorator } from 'class-validator';
import 'reflect-metadata';
import { commaList as urlList } from './comma-list.js';
import { IsAddressList, IsHostList } from './host-variable.js';
import { HasNoProblem } from './has-no-problem.js';
import { IsIntegerVariable } from './integer-variable.js';
import { metricsPortBeside } from './metrics-port.js';

export { urlList };

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

function IsBrokerUser(): PropertyDecorator {
  return Matches(/^[^\s:@/]{1,255}$/, { message: '$property must be the name of a broker user' });
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

/** Its parts are decoded when a connection is made, which is too late for a clear message. */
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

const OPS_TOKEN = /^[\w.~+/-]{32,256}={0,2}$/;

function opsTokenProblem(token: string): string | undefined {
  if (OPS_TOKEN.test(token)) return undefined;
  return 'must have 32 to 256 letters, digits or - . _ ~ + /, so that it cannot be guessed';
}

/** The environment variables of every app; an app extends it with its PORT and its own ones. */
export class AppConfig {
  /** The app's own default is set where the app extends this class; 0 takes any free port. */
  @IsIntegerVariable({ min: 0, max: 65_535 })
  PORT = 0;

  /** One address, or a comma-separated list of them. */
  @IsAddressList()
  HOST = '127.0.0.1';

  /** Besides loopback names and the addresses listened on; "*" is every host on PORT. */
  @IsHostList()
  ALLOWED_HOSTS = '';

  /**
   * The port of metrics and dependencies. Not set: none in production; else 1000 above PORT, and
   * any free one when PORT is 0.
   */
  @IsOptional()
  @IsIntegerVariable({ min: 0, max: 65_535 })
  METRICS_PORT?: number = undefined;

  @IsAddressList()
  METRICS_HOST = '127.0.0.1';

  /** After SIGTERM: not ready, and still accepting, for so long. */
  @IsIntegerVariable({ min: 0, max: 600_000 })
  SHUTDOWN_DELAY_MS = 0;

  /** Strict-Transport-Security, for an app that browsers reach by TLS; 0 sends none. */
  @IsIntegerVariable({ min: 0, max: 63_072_000 })
  HSTS_MAX_AGE_SECONDS = 0;

  @IsIn(['development', 'test', 'production'])
  NODE_ENV: 'development' | 'test' | 'production' = 'development';

  @IsIn(LOG_LEVELS)
  LOG_LEVEL: LogLevel = 'info';

  @IsCurrency()
  CURRENCY = 'USD';

  /**
   * The secret by which orchestrators read log lines and, outside production, set the chaos knobs of
   * services. Not set: nothing is kept, and nothing can be set.
   */
  @IsOptional()
  @HasNoProblem(opsTokenProblem)
  OPS_TOKEN?: string = undefined;

  get hosts(): string[] {
    return urlList(this.HOST);
  }

  get metricsHosts(): string[] {
    return urlList(this.METRICS_HOST);
  }

  get allowedHosts(): string[] {
    return urlList(this.ALLOWED_HOSTS);
  }

  /** Undefined: metrics and dependencies are not served. */
  get metricsPort(): number | undefined {
    if (this.METRICS_PORT !== undefined) return this.METRICS_PORT;
    return this.NODE_ENV === 'production' ? undefined : metricsPortBeside(this.PORT);
  }
}

/** For an app that uses the broker. */
export class BrokerConfig extends AppConfig {
  @IsUrlList(['amqp:', 'amqps:'])
  RABBITMQ_URL = 'amqp://admin:admin@localhost:5672';

  @IsIn(['classic', 'quorum'])
  QUEUE_TYPE: 'classic' | 'quorum' = 'classic';

  /** check: a deployment has declared the queues, and this app may not. */
  @IsIn(['declare', 'check'])
  QUEUES: 'declare' | 'check' = 'declare';

  /** strict: what changes something must come from a saga [strict in production, else open]. */
  @IsOptional()
  @IsIn(['strict', 'open'])
  COMMANDS?: 'strict' | 'open' = undefined;

  /** Undefined: this app has no chaos settings. */
  get opsToken(): string | undefined {
    return this.NODE_ENV === 'production' ? undefined : this.OPS_TOKEN;
  }

  get rabbitmqUrls(): string[] {
    return urlList(this.RABBITMQ_URL);
  }

  /** The user of the broker as which this app is connected. */
  get brokerUser(): string {
    const [first = ''] = this.rabbitmqUrls;
    return URL.canParse(first) ? decodeURIComponent(new URL(first).username) : '';
  }

  /** Whether commands must come from a saga, and from a user of the broker that is known. */
  get isStrict(): boolean {
    return (this.COMMANDS ?? (this.NODE_ENV === 'production' ? 'strict' : 'open')) === 'strict';
  }

  /** The user that its messages name. Only strict participants read it, and it costs time. */
  get sentAs(): string | undefined {
    return this.isStrict ? this.brokerUser : undefined;
  }
}

/** For an app with a database too; its default DB_URL is set where the app extends this class. */
export class DatabaseConfig extends BrokerConfig {
  @IsUrlVariable(['postgresql:', 'postgres:'])
  DB_URL = '';

  /** Connections of the app's main pool at most. */
  @IsIntegerVariable({ min: 1, max: 1_000 })
  DB_POOL_MAX = 10;
}

/** For an app that serves commands from a queue. */
export class ParticipantConfig extends DatabaseConfig {
  /**
   * The orchestrator's user of the broker. Not set: the user of RABBITMQ_URL, where one user is
   * everybody's. Strict commands are taken from it and from the service's own user only.
   */
  @IsOptional()
  @IsBrokerUser()
  COMMANDS_USER?: string = undefined;

  /** Whether commands of this pattern are refused when they name no saga. */
  needsSaga(pattern: string): boolean {
    return this.isStrict && changesSomething(pattern);
  }

  /** Whether a command of this pattern is taken from a user; undefined: its message names none. */
  acceptsSender(pattern: string, userId: string | undefined): boolean {
    if (!this.isStrict || !changesSomething(pattern)) return true;
    return userId !== undefined && (userId === this.COMMANDS_USER || userId === this.brokerUser);
  }
}
