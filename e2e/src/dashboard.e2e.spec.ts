import { waitFor } from '@backstitch/testkit';
import { describe, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { accessibilityFaults, overflowPx, type View, Visitor, withBrowser } from './browser.js';
import { heading, placeAtOnce, SHOTS, signUp, VIEWS } from './pages.js';
import { LIMITED } from './shopper.js';
import type { System } from './system.js';
import { withSystem } from './with-system.js';

let people = 0;
const newEmail = () => `page-${process.pid}-${(people += 1)}@shop.example`;

describe('the pages', () => {
  let system: System;
  let browser: Browser;
  const appEnv = { 'api-gateway': { DEMO_ACCOUNTS: 'on' } };
  withBrowser((started) => (browser = started));
  withSystem({ appEnv }, (started) => (system = started));

  const visit = (view?: View) => Visitor.open(browser, system.gatewayUrl, view);
  const add = (page: Page, name: string) =>
    page.getByRole('button', { name: `Add to cart: ${name}` }).click();
  const inCart = (page: Page, count: number) =>
    page.getByRole('link', { name: `Cart, ${count} items` }).waitFor();
  const count = async (database: 'orders' | 'payments', sql: string, values: unknown[]) =>
    (await system.rows<{ count: number }>(database, sql, values))[0]!.count;
  const ordersWith = (productId: string) => {
    const sql = `SELECT count(DISTINCT order_id)::int AS count FROM order_items WHERE product_id = $1`;
    return count('orders', sql, [productId]);
  };
  /** Of the mock cards that the page lists, by its last digits. */
  const fillCard = (page: Page, last4 = '4242') =>
    page.getByRole('button', { name: new RegExp(`${last4} `) }).click();

  it('are accessible in both themes, fit into 320 pixels, and load from their own origin', async () => {
    for (const view of VIEWS) {
      const visitor = await visit(view);
      const page = await visitor.tab('/');
      const inspect = async (name: string) => {
        const at = `${name}-${view.width}-${view.theme}`;
        if (SHOTS) await page.screenshot({ path: `${SHOTS}/${at}.png`, fullPage: true });
        expect([at, await accessibilityFaults(page)]).toEqual([at, []]);
        expect([at, await overflowPx(page)]).toEqual([at, 0]);
      };
      await page.getByRole('heading', { name: 'Wireless Mouse' }).waitFor();
      await add(page, 'Wireless Mouse');
      await inCart(page, 1);
      await add(page, 'Desk Lamp LED');
      await inCart(page, 2);
      await inspect('shop');
      await page.getByRole('searchbox').fill('nothing like that');
      await page.getByRole('heading', { name: 'No products found' }).waitFor();
      await inspect('shop-empty');
      await page.getByRole('link', { name: 'Cart, 2 items' }).click();
      await heading(page, 'Cart');
      await inspect('cart');
      await page.getByRole('link', { name: 'Go to checkout' }).click();
      await heading(page, 'Checkout');
      await inspect('checkout');
      await page.getByRole('radio', { name: 'Deliver it' }).check();
      await page.getByLabel('Card number').fill('4242 4242 4242 4241');
      await page.getByRole('button', { name: /^Place order/ }).click();
      await page.getByText('A digit of this number is wrong.').waitFor();
      await inspect('checkout-problems');
      await page.getByRole('radio', { name: 'I pick it up' }).check();
      await fillCard(page);
      await page.getByRole('button', { name: /^Place order/ }).click();
      await heading(page, 'Order confirmed');
      await page.getByRole('heading', { name: 'Your order' }).waitFor();
      await inspect('order');
      await page.getByRole('link', { name: 'Cart, empty' }).click();
      await heading(page, 'Your cart is empty');
      await inspect('cart-empty');
      await page.goto(`${system.gatewayUrl}/login`);
      await page.getByRole('heading', { name: 'Demo accounts' }).waitFor();
      await inspect('login');
      await page.getByRole('link', { name: 'Sign up' }).click();
      await heading(page, 'Sign up');
      await inspect('signup');
      await page.goto(`${system.gatewayUrl}/no/such/page`);
      await heading(page, 'There is no such page');
      await inspect('lost');
      expect(visitor.faults).toEqual([]);
      await visitor.close();
    }
  }, 300_000);

  it('make one order of one cart, however often it is clicked, also by a reload and a second tab', async () => {
    const visitor = await visit();
    const page = await visitor.tab('/');
    await add(page, 'Limited Stock Item');
    await inCart(page, 1);
    const before = await ordersWith(LIMITED);
    const [one, other] = [await visitor.tab('/checkout'), await visitor.tab('/checkout')];
    for (const tab of [one, other]) await fillCard(tab);
    await placeAtOnce([one, other], '/api/checkout');
    for (const tab of [one, other]) await heading(tab, 'Order confirmed');
    expect(new URL(one.url()).pathname).toBe(new URL(other.url()).pathname);
    await one.reload();
    await heading(one, 'Order confirmed');
    await system.settled();
    expect(await ordersWith(LIMITED)).toBe(before + 1);
    const orderId = new URL(one.url()).pathname.split('/').at(-1);
    const charged = `SELECT count(*)::int AS count FROM payments WHERE order_id = $1`;
    expect(await count('payments', charged, [orderId])).toBe(1);
    await one.getByRole('link', { name: 'Cart, empty' }).waitFor();
    expect(visitor.faults).toEqual([]);
    await visitor.close();
  }, 300_000);

  it('keep the filters in the address, for Back, a reload and a copied link', async () => {
    const visitor = await visit();
    const page = await visitor.tab('/');
    const names = () =>
      page.getByRole('list', { name: 'Products' }).getByRole('heading').allTextContents();
    const shows = (wanted: string[]) =>
      waitFor(`the products ${wanted.join()}`, async () => {
        const shown = await names();
        return JSON.stringify(shown) === JSON.stringify(wanted) ? true : undefined;
      });
    await page.getByRole('button', { name: 'Audio' }).click();
    await shows(['Headphones - Noise Cancelling']);
    await page.getByRole('button', { name: 'All' }).click();
    await page.getByRole('searchbox').fill('mouse');
    await shows(['Wireless Mouse']);
    expect(new URL(page.url()).search).toBe('?text=mouse');
    await page.reload();
    await shows(['Wireless Mouse']);
    await page.goBack();
    await page.goBack();
    await shows(['Headphones - Noise Cancelling']);
    expect(visitor.faults).toEqual([]);
    await visitor.close();
  }, 300_000);

  it('keep the session over a reload and in other tabs, and the cart with the account', async () => {
    const visitor = await visit();
    const page = await visitor.tab('/');
    await add(page, 'Wireless Mouse');
    await inCart(page, 1);
    await page.getByRole('link', { name: 'Log in' }).click();
    await page.getByRole('link', { name: 'Sign up' }).click();
    await signUp(page, newEmail());
    await inCart(page, 1);
    await page.reload();
    await page.getByRole('button', { name: 'Log out' }).waitFor();
    await inCart(page, 1);
    const other = await visitor.tab('/cart');
    await inCart(other, 1);
    await other.getByRole('button', { name: 'One more' }).click();
    await inCart(other, 2);
    await other.getByRole('link', { name: 'Go to checkout' }).click();
    await fillCard(other);
    await other.getByRole('button', { name: /^Place order/ }).dblclick();
    await heading(other, 'Order confirmed');
    await page.getByRole('button', { name: 'Log out' }).click();
    for (const tab of [page, other]) await tab.getByRole('link', { name: 'Log in' }).waitFor();
    expect(visitor.faults).toEqual([]);
    await visitor.close();
  }, 300_000);

  it('say that a declined card was not charged, and keep the cart for another card', async () => {
    const visitor = await visit();
    const page = await visitor.tab('/');
    await add(page, 'Wireless Mouse');
    await inCart(page, 1);
    const place = async (last4: string) => {
      await page.goto(`${system.gatewayUrl}/checkout`);
      await fillCard(page, last4);
      await page.getByRole('button', { name: /^Place order/ }).click();
    };
    await place('0002');
    await heading(page, 'Payment declined');
    await page.getByText('Nothing was charged').waitFor();
    const steps = page
      .getByRole('list')
      .filter({ hasText: 'Products given back' })
      .getByRole('listitem');
    expect(
      await steps.evaluateAll((all) => all.map((one) => one.getAttribute('data-state'))),
    ).toEqual(['undone', 'undone', 'failed', 'never', 'never']);
    if (SHOTS) await page.screenshot({ path: `${SHOTS}/declined-1280-light.png`, fullPage: true });
    expect(await accessibilityFaults(page)).toEqual([]);
    const first = page.url();
    await place('9995');
    await page.getByText('There is not enough money on the card.').waitFor();
    // Until the order is undone, the cart leads to it.
    await heading(page, 'Payment declined');
    await place('4242');
    await heading(page, 'Order confirmed');
    expect(page.url()).not.toBe(first);
    expect(visitor.faults).toEqual([]);
    await visitor.close();
  }, 300_000);

  it('give the number of a card to the API alone: no address, storage or log has it', async () => {
    const visitor = await visit();
    const page = await visitor.tab('/');
    const bodies: string[] = [];
    page.on('request', (request) => {
      const path = new URL(request.url()).pathname;
      if (path !== '/api/cards') bodies.push(`${request.url()} ${request.postData() ?? ''}`);
    });
    await add(page, 'Wireless Mouse');
    await inCart(page, 1);
    await page.goto(`${system.gatewayUrl}/checkout`);
    await page.getByLabel('Card number').pressSequentially('5555555555554444');
    await page.getByLabel('Expiry').pressSequentially('934');
    await page.getByLabel('Security code').fill('123');
    expect(await page.getByLabel('Card number').inputValue()).toBe('5555 5555 5555 4444');
    expect(await page.getByLabel('Expiry').inputValue()).toBe('09/34');
    await page.getByRole('button', { name: /^Place order/ }).click();
    await heading(page, 'Order confirmed');
    const kept = await page.evaluate(() => JSON.stringify([localStorage, sessionStorage]));
    const logs = system.processes.flatMap(({ lines }) => lines);
    const seen = [...bodies, kept, page.url(), ...logs].filter((text) =>
      /5555 ?5555 ?5555 ?4444/.test(text),
    );
    expect(seen).toEqual([]);
    expect(kept).toContain('tok_mastercard_4444');
    expect(visitor.faults).toEqual([]);
    await visitor.close();
  }, 300_000);

  it('lead a second tab with another card to the order of the first one, which is charged alone', async () => {
    const visitor = await visit();
    const page = await visitor.tab('/');
    await page.getByRole('link', { name: 'Log in' }).click();
    await page.getByRole('link', { name: 'Sign up' }).click();
    await signUp(page, newEmail());
    await add(page, 'Wireless Mouse');
    await inCart(page, 1);
    const [one, other] = [await visitor.tab('/checkout'), await visitor.tab('/checkout')];
    await fillCard(one, '4242');
    await fillCard(other, '0077');
    await placeAtOnce([one, other], '/api/carts/me/checkout');
    for (const tab of [one, other]) await heading(tab, 'Order confirmed');
    const orders = [one, other].map((tab) => new URL(tab.url()).pathname);
    expect(new Set(orders).size).toBe(1);
    expect(visitor.faultsOfPages).toEqual([]);
    await visitor.close();
  }, 300_000);

  it('show the failure of one panel with its request id, and recover by a click', async () => {
    const visitor = await visit();
    await system.apps['inventory-service'].stop();
    const page = await visitor.tab('/');
    const alert = page.getByRole('alert');
    await alert.getByText(/^Request/).waitFor();
    if (SHOTS) await page.screenshot({ path: `${SHOTS}/failed-1280-light.png`, fullPage: true });
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.getByRole('link', { name: 'Log in' }).waitFor();
    await system.restart('inventory-service');
    await alert.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('heading', { name: 'Wireless Mouse' }).waitFor();
    expect(visitor.faultsOfPages).toEqual([]);
    await visitor.close();
  }, 300_000);

  it('show what is sold out, and escape what sellers write', async () => {
    const name = '<img src=x onerror=alert(1)> \u202Eesuom ' + 'W'.repeat(60);
    const sql = 'UPDATE products SET name = $2, stock_quantity = 0 WHERE id = $1';
    await system.rows('inventory', sql, [LIMITED, name]);
    const visitor = await visit({ theme: 'light', width: 320 });
    const page = await visitor.tab('/');
    const card = page.getByRole('listitem').filter({ hasText: 'onerror' });
    await card.getByText('Sold out').waitFor();
    expect(await card.getByRole('button').count()).toBe(0);
    expect(await overflowPx(page)).toBe(0);
    if (SHOTS) await page.screenshot({ path: `${SHOTS}/sold-out-320-light.png`, fullPage: true });
    expect(visitor.faults).toEqual([]);
    await visitor.close();
  }, 300_000);

  it('make one order of two tabs also where a guest needs a token', async () => {
    await system.apps['api-gateway'].stop();
    await system.restart('api-gateway', { GUESTS: 'token' });
    const visitor = await visit();
    const page = await visitor.tab('/');
    await add(page, 'Mechanical Keyboard');
    await inCart(page, 1);
    const other = await visitor.tab('/checkout');
    await page.goto(`${system.gatewayUrl}/checkout`);
    for (const tab of [page, other]) await fillCard(tab);
    await placeAtOnce([page, other], '/api/checkout');
    for (const tab of [page, other]) await heading(tab, 'Order confirmed');
    expect(new URL(page.url()).pathname).toBe(new URL(other.url()).pathname);
    await page.reload();
    await heading(page, 'Order confirmed');
    expect(visitor.faults).toEqual([]);
    await visitor.close();
  }, 300_000);
});
