import { TextField } from '../parts/text-field.js';
import { DELIVERY_KINDS, type DeliveryKind } from './delivery-form.js';
import styles from './delivery-fields.module.css';

interface DeliveryFieldsProps {
  kind: DeliveryKind;
  onKind: (kind: DeliveryKind) => void;
  problems: Readonly<Record<string, string | undefined>>;
}

/** How the shopper gets the order. Only the fields of the chosen way are there. */
export function DeliveryFields({ kind, onKind, problems }: DeliveryFieldsProps) {
  const optional = kind === 'DELIVERY' ? '' : ' (optional)';
  return (
    <>
      <fieldset className={styles.kinds}>
        <legend className="hidden">How you get it</legend>
        {DELIVERY_KINDS.map(([each, words]) => (
          <label key={each}>
            <input
              type="radio"
              name="kind"
              value={each}
              checked={kind === each}
              onChange={() => onKind(each)}
            />
            {words}
          </label>
        ))}
      </fieldset>
      <div className={styles.fields}>
        {kind === 'DINE_IN' ? (
          <TextField label="Table" name="table" maxLength={20} problem={problems['table']} />
        ) : null}
        <TextField
          label={`Your name${optional}`}
          name="recipient"
          autoComplete="name"
          maxLength={100}
          problem={problems['recipient']}
        />
        <TextField
          label={`Telephone${optional}`}
          name="phone"
          type="tel"
          autoComplete="tel"
          maxLength={31}
          problem={problems['phone']}
        />
        {kind === 'DELIVERY' ? (
          <div className={styles.wide}>
            <TextField
              label="Address"
              name="address"
              autoComplete="street-address"
              maxLength={500}
              problem={problems['address']}
            />
          </div>
        ) : null}
      </div>
    </>
  );
}
