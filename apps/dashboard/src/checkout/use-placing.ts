import { useMutation } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, useRef, useState } from 'react';
import { useProfile } from '../app/session.js';
import type { Cart } from '../cart/cart.js';
import { checkoutKey } from '../cart/guest-cart.js';
import { storedCart } from '../cart/guest-cart.storage.js';
import { refreshCart } from '../cart/use-cart.js';
import { fieldProblems } from '../parts/field-problems.js';
import { textsOf } from '../parts/text-field.js';
import { cardProblems, type CardText } from './card-form.js';
import { cardToken } from './card-token.js';
import { deliveryOf, type DeliveryKind } from './delivery-form.js';
import { orderAccountCart, orderGuestCart, type OrderTerms } from './place-order.js';

type Problems = Readonly<Record<string, string | undefined>>;

/** Sends the form of a checkout, once at a time, and goes to the page of its order. */
export function usePlacing(cart: Cart, kind: DeliveryKind, takesCards: boolean) {
  const navigate = useNavigate();
  const profile = useProfile();
  const [problems, setProblems] = useState<Problems>({});
  // The click of a double click that comes before React has drawn the first one.
  const isUnderWay = useRef(false);
  const order = useMutation({
    // The card comes in a function: what a mutation is given stays in its cache.
    mutationFn: async (termsOf: (orderKey: string) => Promise<OrderTerms>) => {
      if (profile) {
        return orderAccountCart(cart, await termsOf(`${profile.id}-${cart.version}`));
      }
      const key = checkoutKey({ id: storedCart().id, version: cart.version });
      return orderGuestCart(cart, await termsOf(key));
    },
    onSuccess: ({ orderId, sagaId }) =>
      navigate({ to: '/orders/$orderId', params: { orderId }, search: { saga: sagaId } }),
    onError: (error) => setProblems(fieldProblems(error, FIELDS)),
    onSettled: async () => {
      isUnderWay.current = false;
      await refreshCart();
    },
  });
  const send = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    if (isUnderWay.current) return;
    const text = textsOf(form);
    const card: CardText = {
      number: text('number').trim(),
      expiry: text('expiry').trim(),
      cvc: text('cvc').trim(),
      name: text('name').trim(),
    };
    const { delivery, problems: ofDelivery } = deliveryOf(kind, text);
    const found: Problems = { ...ofDelivery, ...(takesCards && cardProblems(card, Date.now())) };
    setProblems(found);
    const [first] = [...form.elements].filter((one) => found[(one as HTMLInputElement).name]);
    if (first) return (first as HTMLElement).focus();
    isUnderWay.current = true;
    order.mutate(async (orderKey) => ({
      ...(delivery && { delivery }),
      ...(takesCards && { paymentMethod: { token: await cardToken(orderKey, card) } }),
    }));
  };
  const isAtFields = Object.keys(problems).length > 0;
  return { send, problems, isPending: order.isPending, error: isAtFields ? null : order.error };
}

const FIELDS = ['number', 'expiry', 'cvc', 'name'];
