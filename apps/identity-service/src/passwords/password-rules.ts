const LENGTH_MIN = 15;
const LENGTH_MAX = 128;
/** Shorter parts of a name are in many good passwords by chance. */
const NAME_LENGTH_MIN = 4;

export interface PasswordOwner {
  email: string;
  name: string;
}

/** Why a new password is refused, in a sentence for the person; undefined when it is accepted. Pure. */
export function passwordRefusal(
  password: string,
  { email, name }: PasswordOwner,
  isCommon: (lowerCase: string) => boolean,
): string | undefined {
  const length = lengthOf(password);
  if (length < LENGTH_MIN) return `password must have at least ${LENGTH_MIN} characters`;
  if (length > LENGTH_MAX) return `password must have at most ${LENGTH_MAX} characters`;
  const lower = password.toLowerCase();
  const unit = repeatedUnit(lower);
  if (lengthOf(unit) < NAME_LENGTH_MIN) return 'password must not repeat a few characters';
  if (isCommon(lower) || isCommon(unit)) return 'password must not be a common password';
  const own = [email, email.split('@')[0]!, name.toLowerCase(), 'backstitch'];
  const isOwn = own.some((text) => text.length >= NAME_LENGTH_MIN && isMostly(lower, text));
  return isOwn
    ? 'password must not consist of your e-mail address, your name or "backstitch"'
    : undefined;
}

/** "abcabc" → "abc"; a text that repeats nothing is its own unit. */
function repeatedUnit(text: string): string {
  const end = `${text}${text}`.indexOf(text, 1);
  return text.slice(0, end);
}

/** Whether little is left of a password without this text. */
function isMostly(password: string, text: string): boolean {
  const rest = password.split(text).join('');
  return rest !== password && lengthOf(rest) < LENGTH_MIN / 2;
}

/** In code points: an emoji counts as the person sees it, mostly. */
function lengthOf(text: string): number {
  return Array.from(text).length;
}
