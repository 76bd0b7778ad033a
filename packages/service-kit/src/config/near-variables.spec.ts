import { describe, expect, it } from '@jest/globals';
import { nearVariables } from './near-variables.js';

const KNOWN = (
  'PORT HOST NODE_ENV LOG_LEVEL DB_URL DB_URL_FILE RABBITMQ_URL PAYMENT_FAILURE_RATE ' +
  'REPLY_TIMEOUT_MS STEP_DEADLINE_MS SAGA_DEADLINE_MS'
).split(' ');

describe('a variable that no program reads', () => {
  it.each([
    ['LOG_LEVLE', 'LOG_LEVEL'],
    ['LOGLEVEL', 'LOG_LEVEL'],
    ['log_level', 'LOG_LEVEL'],
    ['LOG-LEVEL', 'LOG_LEVEL'],
    ['PAYMENTS_FAILURE_RATE', 'PAYMENT_FAILURE_RATE'],
    ['PAYMENT_FALIURE_RATE', 'PAYMENT_FAILURE_RATE'],
    ['FAILURE_RATE', 'PAYMENT_FAILURE_RATE'],
    ['RABBIT_URL', 'RABBITMQ_URL'],
    ['RABBITMQ_URI', 'RABBITMQ_URL'],
    ['TIMEOUT_REPLY_MS', 'REPLY_TIMEOUT_MS'],
    ['REPLY_TIMEOUT', 'REPLY_TIMEOUT_MS'],
    ['REPLY_TIMEOUT_S', 'REPLY_TIMEOUT_MS'],
    ['DB_URL_FIL', 'DB_URL_FILE'],
    ['PORTS', 'PORT'],
    ['PROT', 'PORT'],
    ['Port', 'PORT'],
  ])('is named with the one it is like: %s → %s', (variable, like) =>
    expect(nearVariables([variable], KNOWN)).toEqual([{ variable, like }]),
  );

  const OTHERS =
    'PATH HOME PWD TERM USER SHLVL HOSTNAME LANG TZ _ NODE_OPTIONS POSTGRES_PORT ' +
    'ORCHESTRATOR_SERVICE_PORT KUBERNETES_PORT MAX_SAGAS_IN_FLIGHT npm_config_cache';
  it.each(OTHERS.split(' '))('is passed over when it is like none: %s', (variable) =>
    expect(nearVariables([variable], KNOWN)).toEqual([]),
  );

  it('is no variable that is known', () => expect(nearVariables(KNOWN, KNOWN)).toEqual([]));
});
