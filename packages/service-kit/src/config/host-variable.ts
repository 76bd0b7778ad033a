import { registerDecorator } from 'class-validator';
import 'reflect-metadata';
import { ANY_HOST } from '../http/allowed-hosts.js';
import { hostNameOf } from '../http/host-name.js';
import { commaList } from './comma-list.js';

const ADDRESS = /^[0-9a-z.:_-]+$/i;

/** Names or addresses to listen on, one or more. */
export function IsAddressList(): PropertyDecorator {
  return listVariable(
    (each) => ADDRESS.test(each),
    (count) => count > 0,
    'an address to listen on, such as 127.0.0.1, or a comma-separated list of them',
  );
}

/** Hosts as a request may name them. */
export function IsHostList(): PropertyDecorator {
  return listVariable(
    (each) => each === ANY_HOST || hostNameOf(each) !== undefined,
    () => true,
    'a comma-separated list of hosts, such as shop.internal or shop.internal:3004, or *',
  );
}

function listVariable(
  isRight: (each: string) => boolean,
  isEnough: (count: number) => boolean,
  what: string,
): PropertyDecorator {
  return (target, propertyName) =>
    registerDecorator({
      name: 'isListVariable',
      target: target.constructor,
      propertyName: String(propertyName),
      validator: {
        validate: (value: unknown) => {
          const list = commaList(String(value));
          return isEnough(list.length) && list.every(isRight);
        },
        defaultMessage: (args) => `${args?.property} must be ${what}`,
      },
    });
}
