/** The bodies, which the gateway documents, too. */
export {
  CodeRequest,
  EmailChangeRequest,
  EmailRequest,
  LinkRequest,
  LogInRequest,
  PasswordChangeRequest,
  ProfileRequest,
  RefreshRequest,
  ResetRequest,
  SignUpRequest,
  TotpRequest,
} from '@backstitch/shared-types';
