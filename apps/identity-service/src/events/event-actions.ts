/** All that is recorded; stored. A detail may follow: `roles changed: seller`. */
export type EventAction =
  // of a person, by that person
  | 'sign-up'
  | 'login'
  | 'login suspended'
  | 'logout'
  | 'session ended'
  | 'refresh token reused'
  | 'password changed'
  | 'password reset'
  | 'e-mail change requested'
  | 'e-mail changed'
  | 'e-mail verified'
  | 'authenticator offered'
  | 'authenticator confirmed'
  | 'step-up'
  // by an admin
  | 'user disabled'
  | 'user enabled'
  | 'roles changed'
  | 'password reset started'
  | 'client created'
  | 'client disabled'
  | 'admin call'
  // refused at a gateway: a route for operators or admins
  | 'call refused'
  // of a machine
  | 'client token issued'
  // by a command, or by this app
  | 'admin invited'
  | 'admin made'
  | 'account erasure begun'
  | 'account erased'
  | 'key made'
  | 'key signs'
  | 'key retired'
  | 'key revoked';
