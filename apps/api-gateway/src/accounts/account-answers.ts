import {
  ACCOUNT_ROLES,
  type AccountRole,
  MACHINE_SCOPES,
  type MachineScope,
} from '@backstitch/shared-types';
import { ApiProperty } from '@nestjs/swagger';

const UUID = { format: 'uuid' } as const;
const DATE = { format: 'date-time' } as const;

/** The answers of identity-service, for the documentation. */
export class ProfileAnswer {
  @ApiProperty(UUID)
  id!: string;

  @ApiProperty({ example: 'ann@shop.example' })
  email!: string;

  @ApiProperty()
  emailVerified!: boolean;

  @ApiProperty()
  name!: string;

  @ApiProperty({ enum: ACCOUNT_ROLES, isArray: true })
  roles!: AccountRole[];

  @ApiProperty(DATE)
  createdAt!: string;
}

export class ManagedUserAnswer extends ProfileAnswer {
  @ApiProperty({ enum: ['active', 'disabled'] })
  status!: string;
}

export class UsersAnswer {
  @ApiProperty({ type: [ManagedUserAnswer] })
  users!: ManagedUserAnswer[];
}

export class AccessTokenAnswer {
  @ApiProperty({ description: 'For Authorization: Bearer' })
  accessToken!: string;

  @ApiProperty({ example: 'Bearer' })
  tokenType!: string;

  @ApiProperty({ type: 'integer', description: 'Seconds', example: 600 })
  expiresIn!: number;
}

export class TokensAnswer extends AccessTokenAnswer {
  @ApiProperty({ required: false, description: 'For POST /api/auth/refresh; absent with a cookie' })
  refreshToken?: string;

  @ApiProperty(UUID)
  sessionId!: string;
}

/** As RFC 6749 names them. */
export class MachineTokenAnswer {
  @ApiProperty()
  access_token!: string;

  @ApiProperty({ example: 'Bearer' })
  token_type!: string;

  @ApiProperty({ type: 'integer' })
  expires_in!: number;

  @ApiProperty({ example: 'orders:read' })
  scope!: string;
}

export class SessionAnswer {
  @ApiProperty(UUID)
  id!: string;

  @ApiProperty(DATE)
  createdAt!: string;

  @ApiProperty(DATE)
  usedAt!: string;

  @ApiProperty({ description: 'The session of this request' })
  current!: boolean;
}

export class SessionsAnswer {
  @ApiProperty({ type: [SessionAnswer] })
  sessions!: SessionAnswer[];
}

export class AuthenticatorAnswer {
  @ApiProperty({ example: 'otpauth://totp/…', description: 'For a QR code' })
  uri!: string;
}

export class MachineAnswer {
  @ApiProperty()
  clientId!: string;

  @ApiProperty({ enum: MACHINE_SCOPES, isArray: true })
  scopes!: MachineScope[];

  @ApiProperty({ ...UUID, description: 'The admin who made it' })
  owner!: string;

  @ApiProperty(DATE)
  createdAt!: string;

  @ApiProperty(DATE)
  expiresAt!: string;

  @ApiProperty({ type: String, ...DATE, nullable: true })
  lastUsedAt!: string | null;

  @ApiProperty({ type: String, ...DATE, nullable: true })
  disabledAt!: string | null;
}

export class NewMachineAnswer extends MachineAnswer {
  @ApiProperty({ description: 'It is shown only here' })
  secret!: string;
}

export class MachinesAnswer {
  @ApiProperty({ type: [MachineAnswer] })
  clients!: MachineAnswer[];
}

export class IdentityEventAnswer {
  @ApiProperty({ type: 'integer' })
  seq!: number;

  @ApiProperty(DATE)
  at!: string;

  @ApiProperty()
  actor!: string;

  @ApiProperty({ example: 'login' })
  action!: string;

  @ApiProperty()
  subject!: string;

  @ApiProperty({ example: 'done' })
  outcome!: string;

  @ApiProperty({ type: String, nullable: true })
  network!: string | null;

  @ApiProperty({ type: String, nullable: true })
  requestId!: string | null;

  @ApiProperty({ description: 'Of this event and the hash before it' })
  hash!: string;
}

export class IdentityEventsAnswer {
  @ApiProperty({ type: [IdentityEventAnswer] })
  events!: IdentityEventAnswer[];
}
