import { registerDecorator } from 'class-validator';

/**
 * A visible character: no white space, no format character such as the zero-width space, nothing
 * that Unicode lets renderers ignore, and no blank Braille cell, which is none of these.
 */
const VISIBLE = /[^\p{White_Space}\p{Cc}\p{Cf}\p{Cs}\p{Default_Ignorable_Code_Point}\u2800]/u;

/** False for a text that looks empty: only blanks and invisible characters. */
export function hasVisibleText(text: string): boolean {
  return VISIBLE.test(text);
}

/** Refuses a text that looks empty. Another rule reports a value that is not text. */
export function HasVisibleText(): PropertyDecorator {
  return (target, propertyName) =>
    registerDecorator({
      name: 'hasVisibleText',
      target: target.constructor,
      propertyName: String(propertyName),
      validator: {
        validate: (text: unknown) => typeof text === 'string' && hasVisibleText(text),
        defaultMessage: (args) => `${args?.property} must contain at least one visible character`,
      },
    });
}
