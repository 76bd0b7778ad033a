import { ServiceClient } from './service.client.js';

/** The inventory-service: reads and changes of the catalogue. */
export class InventoryClient extends ServiceClient {}
