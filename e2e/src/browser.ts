import { installedChromium } from '@backstitch/tools';
import { afterAll, beforeAll } from '@jest/globals';
import axe from 'axe-core';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';

export interface View {
  theme: 'light' | 'dark';
  width: number;
}

const USUAL: View = { theme: 'light', width: 1280 };
/** Chromium writes it for each answer that is an error: tests of outages ignore it. */
const FAILED_REQUEST = 'Failed to load resource';

/** One visitor: cookies and storage of its own. Its tabs are watched. */
export class Visitor {
  /** Errors of the console and of scripts, breaches of the policy, and requests to other origins. */
  readonly faults: string[] = [];
  private readonly origin: string;

  private constructor(
    private readonly context: BrowserContext,
    private readonly url: string,
  ) {
    this.origin = new URL(url).origin;
  }

  static async open(browser: Browser, url: string, view: Partial<View> = {}): Promise<Visitor> {
    const { theme, width } = { ...USUAL, ...view };
    const context = await browser.newContext({
      colorScheme: theme,
      viewport: { width, height: 800 },
      reducedMotion: 'reduce',
    });
    context.setDefaultTimeout(60_000);
    const visitor = new Visitor(context, url);
    // What another origin would answer is never waited for.
    await context.route(
      ({ origin }) => origin !== visitor.origin,
      (route) => {
        visitor.faults.push(`a request to another origin: ${route.request().url()}`);
        return route.abort();
      },
    );
    await context.addInitScript(() => {
      document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) => {
        console.error(`policy breach: ${violatedDirective} ${blockedURI}`);
      });
    });
    return visitor;
  }

  /** A new tab. */
  async tab(path: string): Promise<Page> {
    const page = await this.context.newPage();
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning')
        this.faults.push(message.text());
    });
    page.on('pageerror', (error) => this.faults.push(String(error)));
    await page.goto(this.url + path);
    return page;
  }

  /** Faults besides those of an outage that the test has made. */
  get faultsOfPages(): string[] {
    return this.faults.filter((fault) => !fault.includes(FAILED_REQUEST));
  }

  close(): Promise<void> {
    return this.context.close();
  }
}

/** A browser for the tests of a block. */
export function withBrowser(use: (browser: Browser) => void): void {
  let browser: Browser | undefined;
  beforeAll(async () => {
    const executablePath = installedChromium();
    if (executablePath === undefined) {
      throw new Error('There is no Chromium: `npm test` installs it, or set CHROMIUM.');
    }
    browser = await chromium.launch({ executablePath });
    use(browser);
  });
  afterAll(() => browser?.close());
}

/** What axe finds against WCAG 2.2 AA, in one line each. */
export async function accessibilityFaults(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  return page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: typeof import('axe-core') };
    // Else a colour is judged that is on its way to another one.
    await new Promise(requestAnimationFrame);
    const ending = document
      .getAnimations()
      .filter(({ effect }) => effect?.getComputedTiming().endTime !== Infinity);
    await Promise.allSettled(ending.map(({ finished }) => finished));
    const { violations } = await axe.run(document, { resultTypes: ['violations'] });
    return violations.flatMap(({ id, nodes }) =>
      nodes.map(({ target, failureSummary }) => `${id}: ${String(target)} ${failureSummary}`),
    );
  });
}

/** How far the page is wider than its window. */
export function overflowPx(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
}
