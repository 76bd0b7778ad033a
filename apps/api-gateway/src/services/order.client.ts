import { ServiceClient } from './service.client.js';

/** The order-service: carts. */
export class OrderClient extends ServiceClient {}
