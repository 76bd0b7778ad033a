/** An e-mail in plain text. */
export interface Message {
  to: string;
  subject: string;
  text: string;
}

const IGNORE = 'If this was not you, ignore this e-mail: nothing has changed.';

export function verifyEmailMessage(to: string, link: string): Message {
  const text = `Open this link within 24 hours to use your account:\n\n${link}\n\n${IGNORE}\n`;
  return { to, subject: 'Confirm your e-mail address', text };
}

export function alreadyRegisteredMessage(to: string): Message {
  const text = `Somebody signed up with this address, and it has an account already.\n\n${IGNORE}\n`;
  return { to, subject: 'You have an account already', text };
}

export function resetPasswordMessage(to: string, link: string): Message {
  const text = `Open this link within an hour to choose a new password:\n\n${link}\n\n${IGNORE}\n`;
  return { to, subject: 'Choose a new password', text };
}

export function changeEmailMessage(to: string, link: string): Message {
  const text = `Open this link within an hour to use this address for your account:\n\n${link}\n\n${IGNORE}\n`;
  return { to, subject: 'Confirm your new e-mail address', text };
}

export function emailChangedMessage(to: string): Message {
  const text =
    'The e-mail address of your account was changed to another one. If this was not you, reset ' +
    'your password and tell the shop.\n';
  return { to, subject: 'Your e-mail address was changed', text };
}

export function passwordChangedMessage(to: string): Message {
  const text = 'Your password was changed. If this was not you, reset it and tell the shop.\n';
  return { to, subject: 'Your password was changed', text };
}

export function suspendedMessage(to: string): Message {
  const text =
    'A hundred log-ins to your account failed in a row, so it takes no password any more. Where ' +
    'you are logged in you stay so. To log in again, reset your password.\n';
  return { to, subject: 'Log-in by password is suspended', text };
}
