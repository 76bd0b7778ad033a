import { registerDecorator } from 'class-validator';

/**
 * What shows something on a page: no white space, no format character such as the zero-width space,
 * nothing that Unicode has renderers leave out, and no blank Braille cell, which is none of these.
 */
const VISIBLE = /[^\p{White_Space}\p{Cc}\p{Cf}\p{Cs}\p{Default_Ignorable_Code_Point}\u2800]/u;

/** False for a text that looks empty to a person: blanks and invisible characters only. */
export function hasVisibleText(text: string): boolean {
  return VISIBLE.test(text);
}

/** Refuses a text that looks empty. What is no text is left to the rule that says so. */
export function HasVisibleText(): PropertyDecorator {
  return (target, propertyName) =>
    registerDecorator({
      name: 'hasVisibleText',
      target: target.constructor,
      propertyName: String(propertyName),
      validator: {
        validate: (text: unknown) => typeof text === 'string' && hasVisibleText(text),
        defaultMessage: (args) => `${args?.property} must hold at least one visible character`,
      },
    });
}
