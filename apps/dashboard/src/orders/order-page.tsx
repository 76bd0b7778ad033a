import { getRouteApi, Link } from '@tanstack/react-router';
import { useEffect } from 'react';
import { useTitle } from '../app/use-title.js';
import { afterOrder } from '../cart/guest-cart.js';
import { changeStoredCart } from '../cart/guest-cart.storage.js';
import { refreshCart } from '../cart/use-cart.js';
import { buttonClass } from '../parts/button.js';
import card from '../parts/card.module.css';
import { Failure } from '../parts/failure.js';
import { Skeleton } from '../parts/skeleton.js';
import { isEnded } from './follow-order.js';
import { OrderHeadline } from './order-headline.js';
import { OrderLines } from './order-lines.js';
import styles from './order-page.module.css';
import { OrderSteps } from './order-steps.js';
import { headlineOf, type Saga, storySteps } from './order-story.js';
import { useOrder, useSaga } from './use-order.js';

const route = getRouteApi('/orders/$orderId');

/** An order in the words of its shopper, followed until its end. */
export function OrderPage() {
  const { orderId } = route.useParams();
  const { saga: given } = route.useSearch();
  // A link without the saga asks the order for it.
  const bare = useOrder(orderId, given === undefined, 'first');
  const sagaId = given ?? bare.data?.sagaId ?? undefined;
  const saga = useSaga(sagaId);
  useEndOf(saga.data);
  useTitle(saga.data ? headlineOf(saga.data).title : 'Order');
  return (
    <div className={styles.page}>
      <SagaPart saga={saga} given={given} failed={bare.error} retry={() => void bare.refetch()} />
      <OrderPart orderId={orderId} saga={saga.data} />
    </div>
  );
}

interface SagaPartProps {
  saga: ReturnType<typeof useSaga>;
  given: string | undefined;
  failed: unknown;
  retry: () => void;
}

function SagaPart({ saga, given, failed, retry }: SagaPartProps) {
  if (saga.data) {
    return (
      <>
        <OrderHeadline saga={saga.data} failedSince={saga.error ? saga.dataUpdatedAt : undefined} />
        <section className={card.card} aria-labelledby="steps">
          <h2 id="steps" className={styles.heading}>
            What happened
          </h2>
          <OrderSteps steps={storySteps(saga.data)} startedAt={saga.data.createdAt} />
          {isEnded(saga.data) ? <WhatNext saga={saga.data} /> : null}
        </section>
      </>
    );
  }
  const error = saga.error ?? (given === undefined ? failed : undefined);
  const again = () => (saga.error ? void saga.refetch() : retry());
  if (error) return <Failure error={error} what="The order was not loaded" onRetry={again} />;
  return <Skeleton what="the order" heightPx={160} count={2} />;
}

function WhatNext({ saga }: { saga: Saga }) {
  return (
    <p className={styles.next}>
      {saga.status === 'COMPENSATED' ? (
        <Link to="/cart" className={buttonClass('main')}>
          Back to the cart
        </Link>
      ) : null}
      <Link to="/" className={buttonClass()}>
        Go on shopping
      </Link>
    </p>
  );
}

function OrderPart({ orderId, saga }: { orderId: string; saga: Saga | undefined }) {
  const isMade = saga?.log.some(({ step, status }) => {
    return step === 'ORDER_CREATED' && status === 'COMPLETED';
  });
  const { data, error, refetch } = useOrder(orderId, isMade ?? false, saga?.status ?? '');
  if (data) return <OrderLines order={data} />;
  if (error)
    return (
      <Failure error={error} what="The lines were not loaded" onRetry={() => void refetch()} />
    );
  if (saga && (isEnded(saga) || isMade === false)) return null;
  return <Skeleton what="the lines of the order" heightPx={120} />;
}

/** Bought: the cart is empty. Undone: it can be ordered again. */
function useEndOf(saga: Saga | undefined): void {
  const { sagaId, status } = saga ?? {};
  useEffect(() => {
    if (sagaId === undefined || status === undefined || !isEnded({ status })) return;
    changeStoredCart((cart) => afterOrder(cart, sagaId, status === 'DONE'));
    void refreshCart();
  }, [sagaId, status]);
}
