import { registerDecorator } from 'class-validator';
import 'reflect-metadata';

const PROTOCOLS: ReadonlySet<string> = new Set(['http:', 'https:']);

/** Every element of a comma-separated list is the origin of a web page: https://shop.example */
export function IsOriginList(): PropertyDecorator {
  return (target, propertyName) =>
    registerDecorator({
      name: 'isOriginList',
      target: target.constructor,
      propertyName: String(propertyName),
      validator: {
        validate: (value: unknown) => elementsOf(String(value)).every(originOf),
        defaultMessage: (args) =>
          `${args?.property} must be a comma-separated list of origins such as ` +
          'https://shop.example: a protocol, a host and perhaps a port, without a path',
      },
    });
}

/**
 * "https://Shop.example/, http://a:1" → ["https://shop.example", "http://a:1"], as browsers say.
 */
export function originList(list: string): string[] {
  return elementsOf(list).flatMap((text) => originOf(text) ?? []);
}

function elementsOf(list: string): string[] {
  const elements = list.split(',').map((element) => element.trim());
  return elements.filter((element) => element !== '');
}

function originOf(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined;
  const { protocol, origin, href } = new URL(text);
  return PROTOCOLS.has(protocol) && href === `${origin}/` ? origin : undefined;
}
