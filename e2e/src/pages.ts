import { expect } from '@jest/globals';
import type { Page } from 'playwright-core';
import { type Account, PASSWORD } from './account.js';
import { accessibilityFaults, overflowPx, type View } from './browser.js';
import { mouse } from './shopper.js';
import type { System } from './system.js';

/** With SHOTS=<folder>, pictures of the pages are written there, in two more views. */
export const SHOTS = process.env['SHOTS'];

export const VIEWS: readonly View[] = [
  { theme: 'light', width: 1280 },
  { theme: 'dark', width: 320 },
  ...(SHOTS
    ? ([
        { theme: 'dark', width: 1280 },
        { theme: 'light', width: 320 },
      ] as const)
    : []),
];

/** Looks at the page in every view: no fault of axe, and nothing wider than the window. */
export async function inspect(page: Page, name: string): Promise<void> {
  for (const { theme, width } of VIEWS) {
    const at = `${name}-${width}-${theme}`;
    await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
    await page.setViewportSize({ width, height: 800 });
    if (SHOTS) await page.screenshot({ path: `${SHOTS}/${at}.png`, fullPage: true });
    expect([at, await accessibilityFaults(page)]).toEqual([at, []]);
    expect([at, await overflowPx(page)]).toEqual([at, 0]);
  }
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
  await page.setViewportSize({ width: 1280, height: 800 });
}

export function heading(page: Page, name: string | RegExp): Promise<void> {
  return page.getByRole('heading', { level: 1, name }).waitFor();
}

/** Logs in an account that was made by `newAccount`, at the page that asks for it. */
export async function logIn(page: Page, email: string, password = PASSWORD): Promise<void> {
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.getByRole('button', { name: 'Log out' }).waitFor();
}

/** Checkouts of an account, one after another. Resolves to the ids of their sagas. */
export async function buyMice(
  { gatewayUrl }: System,
  { headers, id }: Account,
  count: number,
): Promise<string[]> {
  const sagas: string[] = [];
  for (let index = 0; index < count; index += 1) {
    const response = await fetch(`${gatewayUrl}/api/checkout`, {
      method: 'POST',
      headers: {
        ...headers,
        'content-type': 'application/json',
        'idempotency-key': `${id}-${index}`,
      },
      body: JSON.stringify({ items: [mouse(1)] }),
    });
    sagas.push(((await response.json()) as { sagaId: string }).sagaId);
  }
  return sagas;
}

export async function signUp(page: Page, email: string): Promise<void> {
  await page.getByLabel('Name').fill('Ann');
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Create account' }).click();
  await page.getByRole('button', { name: 'Log out' }).waitFor();
}

/** Clicks twice in each tab. No tab's request to this path is sent before every tab has made its own. */
export async function placeAtOnce(tabs: readonly Page[], path: string): Promise<void> {
  let missing = tabs.length;
  let send: () => void = () => undefined;
  const all = new Promise<void>((resolve) => (send = resolve));
  for (const tab of tabs) {
    await tab.route(`**${path}`, async (route) => {
      missing -= 1;
      if (missing === 0) send();
      await all;
      await route.continue();
    });
  }
  const buttons = tabs.map((tab) => tab.getByRole('button', { name: /^Place order/ }));
  const clickTwice = (button: SVGElement | HTMLElement) => {
    for (let clicks = 0; clicks < 2; clicks += 1) (button as HTMLElement).click();
  };
  await Promise.all(buttons.map((button) => button.evaluate(clickTwice)));
}
