import { describe, expect, it } from '@jest/globals';
import { isPageRequest } from './page-request.js';

const BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';

describe('a request without a route is answered with the page', () => {
  it.each(['/', '/cart', '/orders/01930000-0000-7000-8000-000000000001?saga=1', '/apiary', '/ops'])(
    'when a browser opens %s',
    (url) => {
      expect(isPageRequest({ method: 'GET', url, accept: BROWSER })).toBe(true);
    },
  );

  it.each([
    ['/api', 'the API'],
    ['/api/none', 'the API'],
    ['/%61pi/none', 'the API in another spelling'],
    ['/API/none', 'the API in capitals'],
    ['http://shop.example/api/none', 'the API in absolute form'],
    ['/health', 'health'],
    ['/metrics', 'metrics'],
    ['/assets/gone.js', 'a file of an older build'],
    ['/problems/none', 'a problem'],
    ['/%zz', 'what cannot be read'],
  ])('and not at %s, which is %s', (url) => {
    expect(isPageRequest({ method: 'GET', url, accept: BROWSER })).toBe(false);
  });

  it.each([
    ['POST', BROWSER],
    ['GET', '*/*'],
    ['GET', 'application/json'],
    ['GET', 'application/problem+json, text/html;q=0.1'],
    ['GET', undefined],
  ])('and not to %s with Accept: %s', (method, accept) => {
    expect(isPageRequest({ method, url: '/cart', accept })).toBe(false);
  });
});
