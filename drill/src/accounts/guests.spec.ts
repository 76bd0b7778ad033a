import { describe, expect, it } from '@jest/globals';
import { Guests } from './guests.js';

let count = 0;
const client = {
  guest: async () => {
    count += 1;
    const claims = Buffer.from(JSON.stringify({ sub: `guest-${count}` })).toString('base64url');
    return { token: `h.${claims}.s`, expiresIn: 600 };
  },
};

describe('the guests in stock', () => {
  it('buy once each, under the subject of their token', async () => {
    const guests = new Guests(client, () => 0);
    await guests.fill(2);
    const taken = [guests.take(), guests.take()];
    expect(taken.map((guest) => guest?.callerId)).toEqual(['g:guest-1', 'g:guest-2']);
    expect(guests.take()).toBeUndefined();
  });

  it('are replaced when they were taken, or are so old that their token could expire', async () => {
    let nowMs = 0;
    const guests = new Guests(client, () => nowMs);
    await guests.fill(3);
    guests.take();
    await guests.fill(3);
    expect(guests.made).toBe(4);
    nowMs = 300_000;
    expect(guests.take()).toBeUndefined();
    await guests.fill(3);
    expect(guests.made).toBe(7);
  });
});
