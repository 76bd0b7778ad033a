import { IsBoolean, IsOptional, IsString, Length, Matches, MaxLength } from 'class-validator';
import { HasVisibleText } from './visible-text.js';

/** Of a request about an account; the gateway and identity-service accept no more. */
export const ACCOUNT_BODY_BYTES_MAX = 16_384;

const NO_CONTROL_CHARACTERS = /^\P{Cc}*$/u;
const CONTROL = '$property must contain no control characters';
const EMAIL_MAX = 254;
/** Longer than any password that is accepted; only then the rules say what is wrong. */
const PASSWORD_MAX = 2_000;

export class SignUpRequest {
  @IsString()
  @MaxLength(EMAIL_MAX)
  email!: string;

  @IsString()
  @MaxLength(PASSWORD_MAX)
  password!: string;

  @IsString()
  @Length(1, 100)
  @Matches(NO_CONTROL_CHARACTERS, { message: CONTROL })
  @HasVisibleText()
  name!: string;
}

export class LogInRequest {
  @IsString()
  @MaxLength(EMAIL_MAX)
  email!: string;

  @IsString()
  @MaxLength(PASSWORD_MAX)
  password!: string;

  /** The code of an authenticator, where the account has one. */
  @IsOptional()
  @IsString()
  @Matches(/^\d{6}$/, { message: 'otp must be six digits' })
  otp?: string;

  /** The refresh token goes into a cookie: for pages in browsers. */
  @IsOptional()
  @IsBoolean()
  cookie?: boolean;
}

/** Without a token, that of the cookie is meant. */
export class RefreshRequest {
  @IsOptional()
  @IsString()
  @MaxLength(200)
  refreshToken?: string;
}

export class ProfileRequest {
  @IsString()
  @Length(1, 100)
  @Matches(NO_CONTROL_CHARACTERS, { message: CONTROL })
  @HasVisibleText()
  name!: string;
}

export class PasswordChangeRequest {
  @IsString()
  @MaxLength(PASSWORD_MAX)
  currentPassword!: string;

  @IsString()
  @MaxLength(PASSWORD_MAX)
  newPassword!: string;
}

export class EmailRequest {
  @IsString()
  @MaxLength(EMAIL_MAX)
  email!: string;
}

export class EmailChangeRequest extends EmailRequest {
  @IsString()
  @MaxLength(PASSWORD_MAX)
  currentPassword!: string;
}

/** The token of a link. */
export class LinkRequest {
  @IsString()
  @MaxLength(200)
  token!: string;
}

export class ResetRequest extends LinkRequest {
  @IsString()
  @MaxLength(PASSWORD_MAX)
  password!: string;
}

export class TotpRequest {
  @IsString()
  @MaxLength(PASSWORD_MAX)
  currentPassword!: string;
}

export class CodeRequest {
  @IsString()
  @Matches(/^\d{6}$/, { message: 'code must be six digits' })
  code!: string;
}
