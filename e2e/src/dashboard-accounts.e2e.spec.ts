import { describe, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { type Account, newAccount } from './account.js';
import { accessibilityFaults, Visitor, withBrowser } from './browser.js';
import { buyMice, heading, inspect, logIn, SHOTS } from './pages.js';
import { mouse } from './shopper.js';
import type { System } from './system.js';
import { withSystem } from './with-system.js';

describe('the pages of an account', () => {
  let system: System;
  let browser: Browser;
  withBrowser((started) => (browser = started));
  withSystem({}, (started) => (system = started));

  const visit = () => Visitor.open(browser, system.gatewayUrl);
  async function visitAs({ email }: Account, path: string) {
    const visitor = await visit();
    const page = await visitor.tab(`/login?next=${encodeURIComponent(path)}`);
    await logIn(page, email);
    return { visitor, page };
  }
  const buy = (account: Account, count = 1) => buyMice(system, account, count);

  it('list the orders of a shopper, filtered by the address, page by page', async () => {
    const account = await newAccount(system);
    const { visitor, page } = await visitAs(account, '/orders');
    await page.getByRole('heading', { name: 'No orders yet' }).waitFor();
    await inspect(page, 'orders-empty');
    await system.stock(100, mouse(1).productId);
    await buy(account, 22);
    await page.reload();
    const rows = page.getByRole('list', { name: 'Orders' }).getByRole('listitem');
    await page.getByRole('button', { name: 'Show more orders' }).waitFor();
    expect(await rows.count()).toBe(20);
    await inspect(page, 'orders');
    await page.getByRole('button', { name: 'Show more orders' }).click();
    await rows.nth(21).waitFor();
    expect(await rows.count()).toBe(22);
    await page.getByRole('button', { name: 'Cancelled' }).click();
    await page.getByRole('heading', { name: 'No such order' }).waitFor();
    expect(new URL(page.url()).search).toBe('?status=CANCELLED');
    await page.reload();
    await page.getByRole('heading', { name: 'No such order' }).waitFor();
    await page.goBack();
    await rows.nth(19).waitFor();
    await page.getByLabel('Stage').selectOption('CONFIRMED');
    await rows.nth(19).waitFor();
    await rows.first().getByRole('link').click();
    await heading(page, 'Order confirmed');
    expect(visitor.faults).toEqual([]);
    await visitor.close();
  }, 300_000);

  it('say to a guest and to a shopper why they may not see pages of others', async () => {
    const visitor = await visit();
    const page = await visitor.tab('/ops/sagas?state=parked');
    await heading(page, 'Log in to go on');
    await page.getByRole('main').getByRole('link', { name: 'Log in' }).click();
    const shopper = await newAccount(system);
    await logIn(page, shopper.email);
    await heading(page, 'Your account may not see this');
    expect(page.url()).toContain('/ops/sagas?state=parked');
    await inspect(page, 'denied');
    const nav = page.getByRole('navigation', { name: 'Main' });
    expect(await nav.getByRole('link').allTextContents()).toEqual(['Shop', 'Orders']);
    await page.goto(`${system.gatewayUrl}/seller/products`);
    await heading(page, 'Your account may not see this');
    expect(visitor.faults).toEqual([]);
    await visitor.close();
  }, 300_000);

  it('let a seller add, change, restock and archive a product, and tell of a change meanwhile', async () => {
    const seller = await newAccount(system, { roles: ['customer', 'seller'] });
    const { visitor, page } = await visitAs(seller, '/seller/products');
    await page.getByRole('heading', { name: 'Add your first product' }).waitFor();
    await page.getByRole('button', { name: 'Add a product' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Name').fill('Brass Kettle');
    await dialog.getByLabel('Price').fill('48.123');
    await dialog.getByLabel('Category').fill('Kitchen');
    await dialog.getByRole('button', { name: 'Add the product' }).click();
    await dialog
      .getByText(/price must be/)
      .first()
      .waitFor();
    await inspect(page, 'seller-add');
    await dialog.getByLabel('Price').fill('48.50');
    await dialog.getByRole('button', { name: 'Add the product' }).click();
    await dialog.waitFor({ state: 'detached' });
    await page.getByRole('heading', { name: 'Brass Kettle' }).waitFor();
    await page.getByText('10 left').waitFor();
    await inspect(page, 'seller-products');

    await page.getByRole('button', { name: 'Change Brass Kettle' }).click();
    const sql = `UPDATE products SET price = 52, details_version = details_version + 1 WHERE name = 'Brass Kettle'`;
    await system.rows('inventory', sql);
    await dialog.getByLabel('Description').fill('Whistles.');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.getByText('The product was changed meanwhile.').waitFor();
    await dialog.getByText('Price: “48.50” became “52.00”').waitFor();
    await inspect(page, 'seller-conflict');
    await dialog.getByRole('button', { name: 'Save nevertheless' }).click();
    await dialog.waitFor({ state: 'detached' });
    await page.getByText('$52.00').waitFor();

    await page.getByRole('button', { name: 'Stock of Brass Kettle' }).click();
    await dialog.getByRole('button', { name: 'Write off' }).click();
    await dialog.getByLabel('Units').fill('11');
    await dialog.getByLabel('Reason').fill('dropped');
    await dialog.getByRole('button', { name: 'Remove from the stock' }).click();
    await dialog.getByRole('alert').waitFor();
    await dialog.getByRole('button', { name: 'Restock' }).click();
    await dialog.getByRole('button', { name: 'Add to the stock' }).click();
    await dialog.waitFor({ state: 'detached' });
    await page.getByText('21 left').first().waitFor();
    await page.getByRole('button', { name: 'Archive Brass Kettle' }).click();
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    const focused = page.locator(':focus');
    expect(await focused.getAttribute('aria-label')).toBe('Archive Brass Kettle');
    await focused.click();
    await dialog.getByRole('button', { name: 'Archive' }).click();
    await page.getByRole('heading', { name: 'Add your first product' }).waitFor();
    await page.getByRole('link', { name: 'Orders' }).last().click();
    await page.getByRole('heading', { name: 'No orders yet' }).waitFor();
    await inspect(page, 'seller-orders-empty');
    expect(visitor.faultsOfPages).toEqual([]);
    await visitor.close();
  }, 300_000);

  it('are used by the keyboard alone, until its single keys are switched off', async () => {
    const account = await newAccount(system);
    const [first] = await buy(account, 2);
    const { visitor, page } = await visitAs(account, '/');
    const press = (keys: string) => page.keyboard.press(keys);
    await page.getByRole('heading', { name: 'Wireless Mouse' }).waitFor();
    await press('/');
    await page.keyboard.type('go');
    expect(await page.getByRole('searchbox').inputValue()).toBe('go');
    await press('Escape');
    await press('g');
    await press('o');
    await heading(page, 'Orders');
    const rows = page.getByRole('list', { name: 'Orders' }).getByRole('link');
    await rows.nth(1).waitFor();
    for (const key of ['j', 'j', 'j', 'k', 'j']) await press(key);
    await press('Enter');
    await heading(page, 'Order confirmed');
    expect(page.url()).toContain(first);
    await press('?');
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('heading', { name: 'Keyboard' }).waitFor();
    await inspect(page, 'keyboard');
    await dialog.getByLabel('Use single keys').uncheck();
    await press('Escape');
    await dialog.waitFor({ state: 'detached' });
    await press('?');
    await press('g');
    await press('s');
    await page.reload();
    await press('?');
    await heading(page, 'Order confirmed');
    expect(await dialog.count()).toBe(0);
    await page.getByRole('button', { name: 'Keyboard' }).click();
    await dialog.waitFor();
    expect(visitor.faults).toEqual([]);
    await visitor.close();
  }, 300_000);

  it('are readable in forced colours', async () => {
    const account = await newAccount(system);
    await buy(account);
    const { visitor, page } = await visitAs(account, '/orders');
    await page.getByRole('list', { name: 'Orders' }).waitFor();
    await page.emulateMedia({ forcedColors: 'active' });
    if (SHOTS) await page.screenshot({ path: `${SHOTS}/forced-colours.png` });
    expect(await accessibilityFaults(page)).toEqual([]);
    const outlines = page.getByRole('group', { name: 'Status' }).getByRole('button');
    expect(
      await outlines.evaluateAll((all) => all.map((one) => getComputedStyle(one).outlineStyle)),
    ).toEqual(['solid', 'none', 'none', 'none']);
    await visitor.close();
  }, 300_000);
});
