/** A card that the simulated bank always treats in the same way, by its last four digits. */
export interface MockCard {
  number: string;
  /** What happens when it pays, for the shopper of a demo. */
  effect: string;
}

/** No number belongs to a person: these are the test numbers of payment providers. */
export const MOCK_CARDS: readonly MockCard[] = [
  { number: '4242 4242 4242 4242', effect: 'Pays' },
  { number: '4000 0000 0000 0002', effect: 'Is declined' },
  { number: '4000 0000 0000 9995', effect: 'Has too little money' },
  { number: '4000 0000 0000 0341', effect: 'Pays, but the answer of the bank is lost once' },
  { number: '4000 0000 0000 0077', effect: 'Pays slowly' },
];
