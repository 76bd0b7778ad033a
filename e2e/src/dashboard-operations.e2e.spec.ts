import { COMMAND_QUEUES } from '@backstitch/shared-types';
import { runAppCommand } from '@backstitch/tools';
import { describe, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { newAccount } from './account.js';
import { Visitor, withBrowser } from './browser.js';
import { buyMice, heading, inspect, logIn } from './pages.js';
import { checkout, mouse } from './shopper.js';
import type { System } from './system.js';
import { withSystem } from './with-system.js';

const OPS_TOKEN = 'a-token-of-thirty-two-characters';

describe('the pages of operations', () => {
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

  it('find a saga by any id, and show a viewer no button', async () => {
    const shopper = await newAccount(system);
    const [ended] = (await buyMice(system, shopper, 1)) as [string];
    const viewer = await newAccount(system, { roles: ['viewer'] });
    const visitor = await visit();
    const page = await visitor.tab('/login?next=/ops');
    await logIn(page, viewer.email);
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
    await page.getByRole('button', { name: 'Replay' }).focus();
    await page.keyboard.press('Enter');
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
});
