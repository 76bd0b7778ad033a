/**
 * What the saga is told of its payment. Each is told once for each order, whoever tells it: the id is
 * always the same.
 */
export const PAID = { id: 'payment:paid', name: 'paid' } as const;
export const EXHAUSTED = { id: 'payment:exhausted', name: 'exhausted' } as const;
