import { Outlet } from '@tanstack/react-router';
import { Gate } from '../app/gate.js';
import { SectionNav } from '../app/section-nav.js';
import { SELLERS } from '../app/sections.js';

const PAGES = [
  ['/seller/products', 'Products'],
  ['/seller/orders', 'Orders'],
] as const;

/** What all pages of sellers have. */
export function SellerPages() {
  return (
    <Gate roles={SELLERS} what="The pages of sellers">
      <SectionNav label="Sell" pages={PAGES} />
      <Outlet />
    </Gate>
  );
}
