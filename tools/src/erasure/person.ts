/** How the records of the shop name a person. */
export interface Person {
  /** The subject of an account, or the userId of an open caller. */
  readonly subject: string;
  /** The id of the caller, where the subject alone does not say it: `u:<issuer>:<subject>`. */
  readonly caller?: string;
  /** The e-mail address of the account. */
  readonly email?: string;
  /** The name of the account. A name of one word is a word of other texts, and is not replaced. */
  readonly name?: string;
}

/** A text that is replaced. */
export interface Replacement {
  readonly find: string;
  readonly by: string;
  /**
   * word: also inside of a longer text, between blanks or signs · whole: only as a whole value, or as
   * a whole string of a JSON value. A short userId such as "ann" is a word of other texts.
   */
  readonly where: 'word' | 'whole';
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * What is replaced so that no record names the person any more. All records get the same pseudonym:
 * an order and its saga still agree. Pure.
 */
export function replacementsOf(person: Person, pseudonym: string): Replacement[] {
  const { subject, caller, email, name } = person;
  const whole = (find: string, by: string): Replacement => ({ find, by, where: 'whole' });
  const word = (find: string): Replacement => ({ find, by: pseudonym, where: 'word' });
  const found: Replacement[] = UUID.test(subject)
    ? [word(subject)]
    : [whole(subject, pseudonym), whole(`o:${subject}`, `o:${pseudonym}`)];
  if (caller !== undefined) {
    // The claim of a key begins with a tab.
    const by = `u:erased:${pseudonym}`;
    found.push(whole(caller, by), whole(`\t${caller}`, `\t${by}`));
  }
  if (email !== undefined) found.push(word(email));
  if (name !== undefined && /\S\s+\S/.test(name)) found.push(word(name));
  return found;
}
