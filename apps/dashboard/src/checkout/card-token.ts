import { api } from '../app/api.js';
import type { CardText } from './card-form.js';

const KEPT = 'backstitch.card-token';

interface KeptToken {
  orderKey: string;
  last4: string;
  token: string;
}

/**
 * The token of the card for an order. Another tab, and the page after a reload, get the same one for
 * the same order: with another one the server would refuse their click. The number is not kept.
 */
export function cardToken(orderKey: string, card: CardText): Promise<string> {
  const last4 = card.number.replaceAll(' ', '').slice(-4);
  return navigator.locks.request(KEPT, async () => {
    const kept = JSON.parse(localStorage.getItem(KEPT) ?? 'null') as KeptToken | null;
    if (kept?.orderKey === orderKey && kept.last4 === last4) return kept.token;
    const { name, ...needed } = card;
    const body = { ...needed, ...(name !== '' && { name }) };
    const { token } = (await api.POST('/api/cards', { body: body as CardText })).data!;
    const next: KeptToken = { orderKey, last4, token };
    localStorage.setItem(KEPT, JSON.stringify(next));
    return token;
  });
}
