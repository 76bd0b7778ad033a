import { ArrayMaxSize, ArrayUnique, IsArray, IsIn, IsOptional } from 'class-validator';
import { IsInt, Max, Min } from 'class-validator';
import { type Role, ROLES } from '../accounts/account.js';
import { type Scope, SCOPES } from '../machines/clients.repository.js';

export class UserChangeRequest {
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(ROLES.length)
  @ArrayUnique()
  @IsIn(ROLES, { each: true })
  roles?: Role[];

  @IsOptional()
  @IsIn(['active', 'disabled'])
  status?: 'active' | 'disabled';
}

export class ClientRequest {
  @IsArray()
  @ArrayMaxSize(SCOPES.length)
  @ArrayUnique()
  @IsIn(SCOPES, { each: true })
  scopes!: Scope[];

  /** The secret expires after so many days [90]. */
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(365)
  days?: number;
}
