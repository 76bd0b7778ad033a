import { registerDecorator } from 'class-validator';
import ipaddr from 'ipaddr.js';
import { isIP } from 'node:net';
import 'reflect-metadata';

type Address = ipaddr.IPv4 | ipaddr.IPv6;

/** A network and the length of its prefix. */
export type AddressRange = readonly [Address, number];

const IPV4_BITS = 32;
const IPV6_BITS = 128;
const MAPPED_BITS = IPV6_BITS - IPV4_BITS;

/** Every element of a comma-separated list is an address or a CIDR range, of IPv4 or of IPv6. */
export function IsAddressRangeList(): PropertyDecorator {
  return (target, propertyName) =>
    registerDecorator({
      name: 'isAddressRangeList',
      target: target.constructor,
      propertyName: String(propertyName),
      validator: {
        validate: (value: unknown) => firstBadRange(String(value)) === undefined,
        defaultMessage: (args) =>
          `${args?.property} must be a comma-separated list of IP addresses and CIDR ranges, such ` +
          `as "10.0.0.7, 10.1.0.0/16, fd00::/8"; "${firstBadRange(String(args?.value))}" is neither`,
      },
    });
}

/** "10.0.0.7, fd00::/8" as ranges. Throws on what is none. */
export function addressRanges(list: string): AddressRange[] {
  return elementsOf(list).map((text) => {
    const range = rangeOf(text);
    if (!range) throw new TypeError(`"${text}" is neither an IP address nor a CIDR range`);
    return range;
  });
}

/**
 * As one number in one form: `::ffff:10.0.0.7` is 10.0.0.7. Undefined for what is no IP address.
 */
export function addressOf(text: string): Address | undefined {
  // The library also reads "010.1" and "0x7f.1", each of its own kind.
  return isIP(text) === 0 ? undefined : ipaddr.process(text);
}

export function isInRanges(address: Address, ranges: readonly AddressRange[]): boolean {
  return ranges.some(([network, bits]) => {
    return address.kind() === network.kind() && (address as ipaddr.IPv6).match(network, bits);
  });
}

function firstBadRange(list: string): string | undefined {
  return elementsOf(list).find((text) => !rangeOf(text));
}

function elementsOf(list: string): string[] {
  const elements = list.split(',').map((element) => element.trim());
  return elements.filter((element) => element !== '');
}

function rangeOf(text: string): AddressRange | undefined {
  const [written = '', bits, ...more] = text.split('/');
  const address = addressOf(written);
  if (!address || more.length > 0) return undefined;
  const isMapped = written.includes(':') && address.kind() === 'ipv4';
  const max = written.includes(':') ? IPV6_BITS : IPV4_BITS;
  if (bits !== undefined && !(/^\d{1,3}$/.test(bits) && Number(bits) <= max)) return undefined;
  const length = bits === undefined ? max : Number(bits);
  if (!isMapped) return [address, length];
  // A prefix that takes in more than the IPv4 addresses is one of IPv6.
  return length < MAPPED_BITS
    ? [ipaddr.IPv6.parse(written), length]
    : [address, length - MAPPED_BITS];
}
