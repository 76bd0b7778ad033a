import { Link } from '@tanstack/react-router';
import { Clock } from 'lucide-react';
import { useSessionState } from '../app/session.js';
import { storedCart } from './guest-cart.storage.js';
import styles from './cart-page.module.css';

/** The order of this very cart, while it is under way: a second one needs a change of the cart. */
export function PendingOrder() {
  const isGuest = useSessionState() === 'guest';
  const { ordered } = storedCart();
  if (!isGuest || !ordered) return null;
  const { orderId, sagaId } = ordered;
  return (
    <p className={styles.pending}>
      <Clock size={18} aria-hidden />
      <span>
        This cart was ordered.{' '}
        <Link to="/orders/$orderId" params={{ orderId }} search={{ saga: sagaId }}>
          Follow the order
        </Link>
      </span>
    </p>
  );
}
