import { Link } from '@tanstack/react-router';
import { Empty } from '../parts/empty.js';

/** For operators and admins. */
export function NoCart() {
  return (
    <Empty title="Your account has no cart" level={1}>
      <p>Customers and sellers can buy. Log in with such an account.</p>
      <Link to="/">Go to the shop</Link>
    </Empty>
  );
}
