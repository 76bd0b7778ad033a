import {
  ArrayMaxSize,
  ArrayUnique,
  Equals,
  IsArray,
  IsIn,
  IsInt,
  IsOptional,
  IsString,
  Max,
  MaxLength,
  Min,
} from 'class-validator';
import {
  ACCOUNT_ROLES,
  type AccountRole,
  MACHINE_SCOPES,
  type MachineScope,
} from './account-roles.js';

export class UserChangeRequest {
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(ACCOUNT_ROLES.length)
  @ArrayUnique()
  @IsIn(ACCOUNT_ROLES, { each: true })
  roles?: AccountRole[];

  @IsOptional()
  @IsIn(['active', 'disabled'])
  status?: 'active' | 'disabled';
}

export class ClientRequest {
  @IsArray()
  @ArrayMaxSize(MACHINE_SCOPES.length)
  @ArrayUnique()
  @IsIn(MACHINE_SCOPES, { each: true })
  scopes!: MachineScope[];

  /** The secret expires after so many days [90]. */
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(365)
  days?: number;
}

/** The members have the names of RFC 6749. */
export class TokenRequest {
  @Equals('client_credentials', { message: 'grant_type must be client_credentials' })
  grant_type!: string;

  @IsString()
  @MaxLength(100)
  client_id!: string;

  @IsString()
  @MaxLength(200)
  client_secret!: string;

  /** Some of the client's scopes, with blanks between them [all]. */
  @IsOptional()
  @IsString()
  @MaxLength(500)
  scope?: string;
}
