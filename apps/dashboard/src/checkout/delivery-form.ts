import type { Schemas } from '../app/api.js';

export type Delivery = NonNullable<Schemas['CartCheckoutDto']['delivery']>;
export type DeliveryKind = NonNullable<Delivery['kind']>;

export const DELIVERY_KINDS: readonly (readonly [kind: DeliveryKind, words: string])[] = [
  ['PICKUP', 'I pick it up'],
  ['DELIVERY', 'Deliver it'],
  ['DINE_IN', 'Bring it to my table'],
];

type DeliveryField = 'recipient' | 'phone' | 'address' | 'table';

const PHONE = /^\+?[0-9 ().\-/]{3,30}$/;

/** The delivery of a form; undefined when the shopper tells nothing about it. Pure. */
export function deliveryOf(
  kind: DeliveryKind,
  text: (name: string) => string,
): { delivery: Delivery | undefined; problems: Partial<Record<DeliveryField, string>> } {
  const [name, phone, address, table] = (['recipient', 'phone', 'address', 'table'] as const).map(
    (field) => text(field).trim(),
  ) as [string, string, string, string];
  const problems = found({
    phone: phone === '' || PHONE.test(phone) ? undefined : 'Enter digits, such as +44 20 1234.',
    ...(kind === 'DELIVERY' && {
      recipient: name === '' ? 'Enter the name of who gets it.' : undefined,
      phone: PHONE.test(phone) ? undefined : 'Enter a telephone number, such as +44 20 1234.',
      address: address === '' ? 'Enter the address.' : undefined,
    }),
    ...(kind === 'DINE_IN' && {
      table: table === '' ? 'Enter the number of your table.' : undefined,
    }),
  });
  if (kind === 'PICKUP' && name === '' && phone === '') return { delivery: undefined, problems };
  const delivery = {
    kind,
    ...(name !== '' && { name }),
    ...(phone !== '' && { phone }),
    ...(kind === 'DELIVERY' && { address }),
    ...(kind === 'DINE_IN' && { table }),
  };
  return { delivery, problems };
}

function found(problems: Partial<Record<DeliveryField, string | undefined>>) {
  const given = Object.entries(problems).filter(([, problem]) => problem !== undefined);
  return Object.fromEntries(given) as Partial<Record<DeliveryField, string>>;
}
