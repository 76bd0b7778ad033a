import type { FormEvent } from 'react';
import type { Schemas } from '../app/api.js';
import { TextField } from '../parts/text-field.js';
import { type CardField, slashedExpiry, spacedNumber } from './card-form.js';
import styles from './card-fields.module.css';

type MockCard = Schemas['MockCardAnswer'];

interface CardFieldsProps {
  problems: Partial<Record<CardField, string>>;
  mockCards: readonly MockCard[];
}

/** The fields of a card. Their texts stay in the fields: no state and no storage has them. */
export function CardFields({ problems, mockCards }: CardFieldsProps) {
  return (
    <>
      <div className={styles.fields}>
        <div className={styles.wide}>
          <TextField
            label="Card number"
            name="number"
            inputMode="numeric"
            autoComplete="cc-number"
            placeholder="1234 1234 1234 1234"
            maxLength={23}
            problem={problems.number}
            onInput={writtenAs(spacedNumber)}
          />
        </div>
        <TextField
          label="Expiry"
          name="expiry"
          inputMode="numeric"
          autoComplete="cc-exp"
          placeholder="MM/YY"
          maxLength={7}
          problem={problems.expiry}
          onInput={writtenAs(slashedExpiry)}
        />
        <TextField
          label="Security code"
          name="cvc"
          inputMode="numeric"
          autoComplete="cc-csc"
          placeholder="CVC"
          maxLength={4}
          problem={problems.cvc}
        />
        <div className={styles.wide}>
          <TextField
            label="Name on the card (optional)"
            name="name"
            autoComplete="cc-name"
            maxLength={100}
            problem={problems.name}
          />
        </div>
      </div>
      <MockCards cards={mockCards} />
    </>
  );
}

/** Written in its usual form, unless the shopper edits in the middle of it. */
function writtenAs(form: (text: string, before: string) => string) {
  return ({ currentTarget: field }: FormEvent<HTMLInputElement>) => {
    const before = field.dataset['before'] ?? '';
    if (field.selectionStart === field.value.length) field.value = form(field.value, before);
    field.dataset['before'] = field.value;
  };
}

function MockCards({ cards }: { cards: readonly MockCard[] }) {
  const fill = (button: HTMLButtonElement, number: string) => {
    const texts = { number, expiry: '12/34', cvc: '123' };
    for (const [name, text] of Object.entries(texts)) {
      (button.form!.elements.namedItem(name) as HTMLInputElement).value = text;
    }
  };
  return (
    <section className={styles.mocks} aria-labelledby="mocks">
      <h3 id="mocks">Cards for this demo</h3>
      <p>The bank is simulated. Never enter the number of a real card.</p>
      <ul>
        {cards.map(({ number, effect }) => (
          <li key={number}>
            <button type="button" onClick={({ currentTarget }) => fill(currentTarget, number)}>
              <code>{number}</code>
              <span>{effect}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
