import { COMMAND_QUEUES } from '@backstitch/shared-types';
import { runAppCommand } from '@backstitch/tools';
import { describe, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { type Account, newAccount } from './account.js';
import { accessibilityFaults, Visitor, withBrowser } from './browser.js';
import { heading, inspect, logIn, SHOTS } from './pages.js';
import { checkout, mouse } from './shopper.js';
import type { System } from './system.js';
import { withSystem } from './with-system.js';

const OPS_TOKEN = 'a-token-of-thirty-two-characters';

describe('the pages of an account', () => {
  let system: System;
  let browser: Browser;
  withBrowser((started) => (browser = started));
  const appEnv = {
    // A saga is parked at the second attempt, and no breaker refuses the checkouts before.
    orchestrator: {
      PAYMENT_REPLY_TIMEOUT_MS: '500',
      STEP_ATTEMPTS: '1',
      ATTENTION_AFTER_ATTEMPTS: '2',
      BREAKER_ABSENT_MS: '600000',
    },
    'api-gateway': { DEMO_ACCOUNTS: 'on' },
  };
  withSystem({ env: { OPS_TOKEN }, appEnv }, (started) => (system = started));

  const visit = () => Visitor.open(browser, system.gatewayUrl);
  async function visitAs(account: Account, path: string) {
    const visitor = await visit();
    const page = await visitor.tab(`/login?next=${encodeURIComponent(path)}`);
    await logIn(page, account.email);
    return { visitor, page };
  }
  const buy = async ({ headers, id }: Account, count = 1): Promise<string[]> => {
    const made: string[] = [];
    for (let index = 0; index < count; index += 1) {
      const response = await fetch(`${system.gatewayUrl}/api/checkout`, {
        method: 'POST',
        headers: {
          ...headers,
          'content-type': 'application/json',
          'idempotency-key': `${id}-${index}`,
        },
        body: JSON.stringify({ items: [mouse(1)] }),
      });
      made.push(((await response.json()) as { sagaId: string }).sagaId);
    }
    return made;
  };

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
    const sql = `UPDATE products SET price = 52, version = version + 1 WHERE name = 'Brass Kettle'`;
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

  it('find a parked saga by any id, and show a viewer no button', async () => {
    const shopper = await newAccount(system);
    const ended = (await buy(shopper))[0]!;
    const viewer = await newAccount(system, { roles: ['viewer'] });
    const { visitor, page } = await visitAs(viewer, '/ops');
    await heading(page, 'Operations');
    await page.getByRole('heading', { name: 'Nothing needs you' }).waitFor();
    await inspect(page, 'ops-calm');
    await page.getByRole('link', { name: 'Sagas', exact: true }).click();
    const [order] = await system.rows<{ order_id: string }>(
      'orchestrator',
      'SELECT order_id FROM saga_state WHERE saga_id = $1',
      [ended],
    );
    for (const id of [ended, order!.order_id, shopper.id]) {
      await page.getByRole('searchbox').fill(id);
      await page.getByRole('button', { name: 'Find' }).click();
      await page.getByRole('list', { name: 'Sagas' }).getByText(ended).waitFor();
      expect(new URL(page.url()).searchParams.get('q')).toBe(id);
    }
    await inspect(page, 'ops-found');
    await page.getByRole('searchbox').fill('7');
    await page.getByRole('button', { name: 'Find' }).click();
    await page.getByRole('heading', { name: 'No saga has this id' }).waitFor();
    await page.goBack();
    await page.getByRole('link').filter({ hasText: ended }).click();
    await heading(page, `Saga ${ended.slice(-8)}`);
    await page.getByText('ORDER_CONFIRMED').first().waitFor();
    expect(await page.getByRole('button', { name: 'Undo the order' }).count()).toBe(0);
    await inspect(page, 'ops-saga');
    // What is searched for in vain is a 404.
    expect(visitor.faultsOfPages).toEqual([]);
    await visitor.close();
  }, 300_000);

  /** The demo operator has an authenticator, without which no account has this role. */
  async function visitAsOperator(path: string) {
    const { url: DB_URL } = system.databases.identity;
    await runAppCommand('identity-service', 'seed', { ...process.env, DB_URL });
    // A code is good once; two tests of the same half minute need it twice.
    await system.rows('identity', 'UPDATE authenticators SET last_step = 0');
    const visitor = await visit();
    const page = await visitor.tab(`/login?next=${encodeURIComponent(path)}`);
    await page.getByRole('button', { name: /Demo Operator/ }).click();
    await page.getByRole('button', { name: 'Log out' }).waitFor();
    return { visitor, page };
  }

  it('let an operator act on a parked saga with a reason, and ask for a one-time password of now', async () => {
    process.kill(system.apps['payment-service'].pid, 'SIGSTOP');
    const headers = { prefer: 'respond-async' };
    const { body } = await checkout(system.gatewayUrl, [mouse(1)], { headers });
    const { visitor, page } = await visitAsOperator('/ops/sagas?state=parked');
    await page.getByRole('link').filter({ hasText: body.sagaId }).click();
    await heading(page, `Saga ${body.sagaId.slice(-8)}`);
    await page.getByText('Parked', { exact: true }).waitFor();
    const refused = page.getByRole('button', { name: 'Undo the order' });
    await refused.focus();
    await page.keyboard.press('Enter');
    await page.getByText(/Undo the order: The saga is already being undone/).waitFor();
    await inspect(page, 'ops-parked');
    await system.rows('identity', `UPDATE sessions SET auth_time = now() - interval '20 minutes'`);
    await system.rows('identity', 'UPDATE authenticators SET last_step = 0');
    await page.reload();
    await page.getByRole('button', { name: 'Resume' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Reason').fill('the bank answers again');
    await dialog.getByRole('button', { name: 'Resume' }).click();
    await dialog.getByLabel('Code of your authenticator').waitFor();
    await inspect(page, 'ops-step-up');
    await dialog.getByRole('button', { name: 'Use the code of the demo' }).click();
    await dialog.getByRole('button', { name: 'Confirm' }).click();
    await dialog.waitFor({ state: 'detached' });
    process.kill(system.apps['payment-service'].pid, 'SIGCONT');
    await page.getByText(/Resume (was recorded|is done)/).waitFor();
    await page.getByText('Undone', { exact: true }).waitFor();
    await page.getByText(/Resume is done/).waitFor();
    const sql = `SELECT action, reason, outcome FROM operator_actions
      WHERE subject_id = $1 AND action = 'resume'`;
    expect(await system.rows('orchestrator', sql, [body.sagaId])).toEqual([
      { action: 'resume', reason: 'the bank answers again', outcome: 'done' },
    ]);
    expect(visitor.faultsOfPages).toEqual([]);
    await visitor.close();
  }, 300_000);

  it('refuse the replay of a poisonous dead letter with the reason, and discard it', async () => {
    const data = Buffer.from('{"pattern":"payment.refund","data":{"orderId":7}}');
    await system.vhost!.publish(COMMAND_QUEUES.payment, data);
    const { visitor, page } = await visitAsOperator('/ops/dead-letters');
    const letter = page.getByRole('list', { name: 'Dead letters' }).getByRole('link').first();
    await letter.waitFor();
    await inspect(page, 'ops-letters');
    await letter.click();
    await heading(page, 'payment.refund');
    await page.getByRole('button', { name: 'Replay' }).click();
    await page.getByText(/^This is refused\./).waitFor();
    await inspect(page, 'ops-letter');
    await page.getByRole('button', { name: 'Discard' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Reason').fill('no service can read it');
    await dialog.getByRole('button', { name: 'Discard' }).click();
    await heading(page, 'This dead letter is open no more');
    await page.getByRole('link', { name: 'All dead letters' }).click();
    await page.getByRole('heading', { name: 'No dead letters' }).waitFor();
    expect(visitor.faultsOfPages).toEqual([]);
    await visitor.close();
  }, 300_000);

  it('set a failure for a time, show who did, and calm it', async () => {
    const { visitor, page } = await visitAsOperator('/ops/chaos');
    await heading(page, 'Chaos');
    await page.getByRole('button', { name: 'Set bank.declineRate' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('slider').fill('1');
    await dialog.getByLabel('Reason').fill('a test');
    await inspect(page, 'ops-chaos-set');
    await dialog.getByRole('button', { name: 'Set 100 %' }).click();
    await page.getByText('Chaos is on: 1 failure is set on purpose.').waitFor();
    await page.getByText('Applied by 1 of 1 instances').first().waitFor();
    await inspect(page, 'ops-chaos');
    const declined = await checkout(system.gatewayUrl, [mouse(1)]);
    expect(declined.body.code).toBe('PAYMENT_DECLINED');
    await page
      .getByText(/^Observed (?!0 %)/)
      .first()
      .waitFor();
    await page.getByRole('button', { name: 'Calm everything' }).click();
    await dialog.getByLabel('Reason').fill('enough');
    await dialog.getByRole('button', { name: 'Calm' }).click();
    await page.getByText(/Chaos is on/).waitFor({ state: 'detached' });
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
