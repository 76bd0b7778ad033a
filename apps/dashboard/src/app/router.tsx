import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  parseSearchWith,
  stringifySearchWith,
} from '@tanstack/react-router';
import { ProductsPage } from '../shop/products-page.js';
import { productSearch } from '../shop/product-search.js';
import { LostPage, Shell } from './shell.js';
import { textMember } from './text-member.js';

const root = createRootRoute({ component: Shell, notFoundComponent: LostPage });

const shop = createRoute({
  getParentRoute: () => root,
  path: '/',
  validateSearch: productSearch,
  component: ProductsPage,
});

const cart = createRoute({
  getParentRoute: () => root,
  path: '/cart',
  component: lazyRouteComponent(() => import('../cart/cart-page.js'), 'CartPage'),
});

const checkout = createRoute({
  getParentRoute: () => root,
  path: '/checkout',
  component: lazyRouteComponent(() => import('../checkout/checkout-page.js'), 'CheckoutPage'),
});

const order = createRoute({
  getParentRoute: () => root,
  path: '/orders/$orderId',
  validateSearch: (search: Record<string, unknown>) => textMember(search, 'saga'),
  component: lazyRouteComponent(() => import('../orders/order-page.js'), 'OrderPage'),
});

const logIn = createRoute({
  getParentRoute: () => root,
  path: '/login',
  validateSearch: (search: Record<string, unknown>) => textMember(search, 'next'),
  component: lazyRouteComponent(() => import('../account/log-in-page.js'), 'LogInPage'),
});

const signUp = createRoute({
  getParentRoute: () => root,
  path: '/signup',
  validateSearch: (search: Record<string, unknown>) => textMember(search, 'next'),
  component: lazyRouteComponent(() => import('../account/sign-up-page.js'), 'SignUpPage'),
});

export const router = createRouter({
  routeTree: root.addChildren([shop, cart, checkout, order, logIn, signUp]),
  // Search values are texts: JSON would make 7 of "007" and true of "true".
  parseSearch: parseSearchWith((text) => text),
  stringifySearch: stringifySearchWith(String),
  scrollRestoration: true,
  defaultPreload: 'intent',
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
