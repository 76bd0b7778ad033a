import { AnotherCurrency, type CurrencyStore, requireCurrency } from '@backstitch/service-kit';
import { currencyDigits, priceLimits } from '@backstitch/shared-types';

/** An amount that the currency cannot have, in the catalogue or among what orders paid for. */
const FOREIGN_AMOUNT = `
SELECT * FROM (
  (SELECT name || ' costs ' || price AS what FROM products WHERE price % $1::numeric <> 0 LIMIT 1)
  UNION ALL
  (SELECT 'order ' || order_id || ' has a line at ' || unit_price FROM reservation_items
    WHERE unit_price % $1::numeric <> 0 LIMIT 1)
) AS found LIMIT 1`;

const RECORD = `
UPDATE settings SET price_step = $1, price_max = $2
WHERE (price_step, price_max) IS DISTINCT FROM ($1::numeric, $2::numeric)`;

/**
 * Makes sure that the prices are in this currency, and tells the database which prices there are in
 * it: by that it refuses every other one. Throws AnotherCurrency when they are in another.
 */
export async function requirePriceRule(store: CurrencyStore, currency: string): Promise<void> {
  const { min, max } = priceLimits(currencyDigits(currency));
  await requireCurrency(store, currency, async () => {
    const [foreign] = (await store.query(FOREIGN_AMOUNT, [min])).rows;
    if (foreign === undefined) return;
    throw new AnotherCurrency(
      `${String(foreign.what)}, which is not an amount in ${currency}: set CURRENCY to the currency of this database, ` +
        `or give ${currency} databases of its own (npm start -- --fresh empties those that npm start made)`,
    );
  });
  await store.query(RECORD, [min, max]);
}
