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
import { letterSearch, sagaSearch } from '../operations/ops-search.js';
import { orderSearch } from '../orders/order-search.js';
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

const orders = createRoute({
  getParentRoute: () => root,
  path: '/orders',
  validateSearch: orderSearch,
  component: lazyRouteComponent(() => import('../orders/order-list-page.js'), 'OrderListPage'),
});

const seller = createRoute({
  getParentRoute: () => root,
  id: 'seller',
  component: lazyRouteComponent(() => import('../seller/seller-pages.js'), 'SellerPages'),
});

const sellerProducts = createRoute({
  getParentRoute: () => seller,
  path: '/seller/products',
  component: lazyRouteComponent(() => import('../seller/own-products-page.js'), 'OwnProductsPage'),
});

const sellerOrders = createRoute({
  getParentRoute: () => seller,
  path: '/seller/orders',
  validateSearch: orderSearch,
  component: lazyRouteComponent(() => import('../seller/sold-orders-page.js'), 'SoldOrdersPage'),
});

const operations = createRoute({
  getParentRoute: () => root,
  path: '/ops',
  component: lazyRouteComponent(() => import('../operations/ops-pages.js'), 'OpsPages'),
});

const overview = createRoute({
  getParentRoute: () => operations,
  path: '/',
  component: lazyRouteComponent(() => import('../operations/overview-page.js'), 'OverviewPage'),
});

const sagas = createRoute({
  getParentRoute: () => operations,
  path: '/sagas',
  validateSearch: sagaSearch,
  component: lazyRouteComponent(() => import('../operations/sagas/sagas-page.js'), 'SagasPage'),
});

const saga = createRoute({
  getParentRoute: () => operations,
  path: '/sagas/$sagaId',
  component: lazyRouteComponent(() => import('../operations/sagas/saga-page.js'), 'SagaPage'),
});

const deadLetters = createRoute({
  getParentRoute: () => operations,
  path: '/dead-letters',
  validateSearch: letterSearch,
  component: lazyRouteComponent(
    () => import('../operations/dead-letters/letters-page.js'),
    'LettersPage',
  ),
});

const deadLetter = createRoute({
  getParentRoute: () => operations,
  path: '/dead-letters/$letterId',
  component: lazyRouteComponent(
    () => import('../operations/dead-letters/letter-page.js'),
    'LetterPage',
  ),
});

const chaos = createRoute({
  getParentRoute: () => operations,
  path: '/chaos',
  component: lazyRouteComponent(() => import('../operations/chaos/chaos-page.js'), 'ChaosPage'),
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
  routeTree: root.addChildren([
    shop,
    cart,
    checkout,
    orders,
    order,
    seller.addChildren([sellerProducts, sellerOrders]),
    operations.addChildren([overview, sagas, saga, deadLetters, deadLetter, chaos]),
    logIn,
    signUp,
  ]),
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
